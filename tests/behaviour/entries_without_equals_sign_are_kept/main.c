// Entries without `=`, empty entries, and entries that begin with `=` are passed over and passed on.
//
//@ not-emulated: QEMU gives a program no entries without =
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: {D} libraries
//
//@ run: among the others
//@ env: odd
//@ env:
//@ env: =
//@ env: =A=1
//@ env: LD_LIBRARY_PATH
//@ env: NIX_LD
//@ env: NIX_LD_LIBRARY_PATH
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: end
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: nothing but such entries
//@ env: odd
//@ env:
//@ env: NIX_LD
//@ env: NIX_LD_LIBRARY_PATH
//@ env: end
//@ exit: 127
//@ stderr-has: cannot run /t/main
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
