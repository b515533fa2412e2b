#include <stdio.h>

__attribute__((constructor)) static void constructor(void) {
    puts("constructor of the library");
}

__attribute__((destructor)) static void destructor(void) {
    puts("destructor of the library");
}

void from_library(void) {}
