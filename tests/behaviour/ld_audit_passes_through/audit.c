#include <link.h>
#include <stdio.h>

unsigned int la_version(unsigned int version) {
    return version;
}

void la_preinit(uintptr_t *cookie) {
    fputs("audited\n", stderr);
}
