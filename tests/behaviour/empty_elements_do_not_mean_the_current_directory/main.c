// Empty elements of NIX_LD_LIBRARY_PATH mean nothing. They never make the loader search the current
// directory, which may be anybody's.
//
//@ library: current/libwhere.so where.c
//@ library: a/libwhere.so where.c
//@ program: main main.c /t/a/libwhere.so
//@ library-env: {D} a
//
//@ run: at both ends
//@ directory: /t/current
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=:{glibc}:
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
//
//@ control: empty elements of LD_LIBRARY_PATH
//@ env: NIX_LD={loader}
//@ env: LD_LIBRARY_PATH=:{glibc}:
//@ stdout: found in current
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: at both ends, with semicolons
//@ directory: /t/current
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=;{glibc};
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
//
//@ run: in the middle
//@ directory: /t/current
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/nothing::/t/a:{glibc}
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: nothing else
//@ directory: /t/current
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=::
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
//
//@ run: around a library environment
//@ directory: /t/current
//@ env: NIX_LD_LIBRARY_PATH=:{D}:
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: an empty variable and a user's LD_LIBRARY_PATH
//@ directory: /t/current
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=
//@ env: LD_LIBRARY_PATH={glibc}
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
