#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void look(void) {
    printf("LD_LIBRARY_PATH is %s\n", getenv("LD_LIBRARY_PATH") ? "set" : "unset");
}
