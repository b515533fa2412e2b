#include "environment.h"

int main(void) {
    print_entries(environ);
    return 0;
}
