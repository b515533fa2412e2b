#include <stdio.h>
#include <stdlib.h>

static char seen[4096] = "unset";

__attribute__((constructor)) static void constructor(void) {
    const char *value = getenv("LD_LIBRARY_PATH");
    if (value)
        snprintf(seen, sizeof seen, "%s", value);
}

void from_library(void) {
    printf("library: %s\n", seen);
}
