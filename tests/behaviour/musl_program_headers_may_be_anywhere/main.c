// A program of musl is known as one also if its headers are not aligned, because they were moved to the end of its file.
//
//@ only: x86_64 there is a musl to test with for x86-64 only
//@ musl-library: libraries/libwhere.so where.c
//@ musl-program: plain main.c /t/libraries/libwhere.so
//@ moved-headers: main plain 4
//@ musl-library-env: /musl-env libraries
//
//@ run: musl's settings count
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ env: NIX_LD_LIBRARY_PATH=/t/nothing
//@ stdout: found in libraries
//
//@ control: those of glibc do not
//@ env: NIX_LD_LIBRARY_PATH=/musl-env
//@ env: NIX_LD_MUSL={musl}
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/t/nothing
//@ exit: 127
//@ stderr-has: Error loading shared library libwhere.so
#include <stdio.h>

const char *where(void);

int main(void) {
    printf("found in %s\n", where());
    return 0;
}
