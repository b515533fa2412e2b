// A library environment that was copied elsewhere has a loader that is prepared for the old place, where there is
// another cache, or none. The cache of the copy is used.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ only: x86_64 nixpkgs-like loaders are made for x86-64
//@ loader: nixpkgs-like
//@ loader: prepared
//@ library-env: {D} libraries
//
//@ run: the copy, and the one that was copied
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ env: LD_DEBUG=libs
//@ stdout-has: found in libraries
//@ stderr-has: libraries from {D} by the loader's cache
//@ stderr-has: search cache={D}/ld.so.cache
//
//@ control: directories
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/libraries:{glibc}
//@ env: LD_DEBUG=libs
//@ stdout-has: found in libraries
//@ stderr-lacks: search cache={D}/ld.so.cache
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
