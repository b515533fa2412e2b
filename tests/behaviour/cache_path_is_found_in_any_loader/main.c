// A library environment says where its own loader has the path of its cache. If NIX_LD names another loader,
// the path is looked for there. There must be room for the library environment's.
//
//@ program: main main.c
//@ only: x86_64 nixpkgs-like loaders are made for x86-64
//@ loader: nixpkgs-like
//@ library-env: {D}
//
//@ run: its own loader, which has room for any path here
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: libraries from {D} by the loader's cache
//
//@ control: several directories
//@ env: NIX_LD_LIBRARY_PATH={D}:/t/nothing
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: by the loader's environment
//
//@ run: another loader, and room
//@ plan: cache
//@ env: NIX_LD={glibc-loader}
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: loader {glibc-loader} (from NIX_LD): this is the loader
//@ stderr-has: libraries from {D} by the loader's cache
//
//@ control: another loader, and no room
//@ glibc: of-a-distribution
//@ plan: environment
//@ env: NIX_LD={glibc-loader}
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: loader {glibc-loader} (from NIX_LD): this is the loader
//@ stderr-has: libraries from {D} by the loader's environment
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
