// A loader that is prepared for a library environment finds nothing in there if it is used with other directories.
//
//@ library: libraries/libwhere.so where.c
//@ library: empty/libother.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ loader: prepared
//@ library-env: /nld libraries
//@ library-env: /oth empty
//
//@ run: with another environment
//@ env: NIX_LD=/nld/ld.so
//@ env: NIX_LD_LIBRARY_PATH=/oth
//@ exit: 127
//@ stdout-lacks: found
//@ stderr-has: libwhere.so: cannot open shared object file
//
//@ control: with its own
//@ env: NIX_LD=/nld/ld.so
//@ env: NIX_LD_LIBRARY_PATH=/nld
//@ exit: 0
//@ stdout-has: found in libraries
//@ stderr-lacks: cannot open shared object file
//
//@ run: with directories
//@ env: NIX_LD=/nld/ld.so
//@ env: NIX_LD_LIBRARY_PATH={glibc}:/t/empty
//@ exit: 127
//@ stdout-lacks: found
//@ stderr-has: libwhere.so: cannot open shared object file
//
//@ run: with a directory that has no cache
//@ env: NIX_LD=/nld/ld.so
//@ env: NIX_LD_LIBRARY_PATH={glibc}
//@ exit: 127
//@ stdout-lacks: found
//@ stderr-has: libwhere.so: cannot open shared object file
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
