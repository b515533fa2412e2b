// An empty NIX_LD counts as unset, and stays empty for the program.
//
//@ library: a/libwhere.so where.c
//@ program: main main.c /t/a/libwhere.so
//@ library-env: {D} a
//
//@ run: empty
//@ env: NIX_LD=
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: loader {D}/ld.so
//@ stderr-lacks: (from NIX_LD)
//
//@ control: a path
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: loader /t/nothing (from NIX_LD): No such file or directory
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
