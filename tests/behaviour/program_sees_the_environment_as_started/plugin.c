#include "environment.h"

__attribute__((constructor)) static void constructor(int argc, char **argv, char **envp) {
    puts("plugin");
    print_entries(environ);
}
