#include <stdlib.h>

// `setenv` makes a copy of the environment's pointers, those of the loader.
__attribute__((constructor)) static void constructor(void) {
    setenv("FROM_LIBRARY", "1", 1);
}

void from_library(void) {}
