// A newline after the loader's path is tolerated, as it ends `nix-support/dynamic-linker` of a C compiler.
//
//@ library: a/libwhere.so where.c
//@ program: main main.c /t/a/libwhere.so
//
//@ run: a newline
//@ env: NIX_LD={loader}\x0a
//@ env: NIX_LD_LIBRARY_PATH=/t/a:{glibc}
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: a newline in the variable of the system
//@ env: NIX_LD_{system}={loader}\x0a
//@ env: NIX_LD_LIBRARY_PATH=/t/a:{glibc}
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: another character
//@ env: NIX_LD={loader}x
//@ env: NIX_LD_LIBRARY_PATH=/t/a:{glibc}
//@ exit: 127
//@ stderr-has: No such file or directory
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
