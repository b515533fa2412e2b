// A library environment with a cache comes last, after LD_LIBRARY_PATH and the program's RUNPATH. If its
// path is too long for the loader's cache path, it comes after LD_LIBRARY_PATH, but before RUNPATH.
//
//@ library: library-env/libwhere.so where.c
//@ library: user/libwhere.so where.c
//@ library: runpath/libwhere.so where.c
//@ program: main main.c /t/user/libwhere.so
//@ program: with-runpath main.c /t/user/libwhere.so -Wl,--enable-new-dtags,-rpath,/t/runpath
//@ library-env: {D} library-env
//
//@ run: LD_LIBRARY_PATH comes first
//@ command: /t/with-runpath
//@ env: LD_LIBRARY_PATH=/t/user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: RUNPATH comes before the cache
//@ plan: cache
//@ command: /t/with-runpath
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in runpath
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: a path that is too long
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in library-env
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: the library environment has what is nowhere else
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in library-env
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: without it
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD={D}/ld.so
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
