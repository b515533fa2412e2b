// A relative library environment works by the environment plan, however short its path: the real loader opens
// its cache at each dlopen anew, when the program may be in another directory.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: /nld libraries
//
//@ run: relative
//@ directory: /
//@ env: NIX_LD_LIBRARY_PATH=nld
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stderr-has: libraries from nld by the loader's environment
//
//@ control: absolute
//@ env: NIX_LD_LIBRARY_PATH=/nld
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stderr-has: libraries from /nld by the loader's cache
#include <stdio.h>

const char *where(void);

int main(void) {
    printf("found in %s\n", where());
    return 0;
}
