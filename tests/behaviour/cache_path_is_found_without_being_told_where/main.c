// A library environment need not say where its loader has the path of its cache: then it is looked for, also
// where constants and code are in one segment, as in glibc's loaders for aarch64 and riscv64.
//
//@ program: main main.c
//@ library-env: {D}
//@ cache-place: none
//
//@ run: a path for which there is room
//@ plan: cache
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: libraries from {D} by the loader's cache
//
//@ control: one for which there is none
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: libraries from {D} by the loader's environment
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
