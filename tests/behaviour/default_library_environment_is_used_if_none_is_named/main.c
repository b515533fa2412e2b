// Who names no library environment gets the system's. An empty NIX_LD_LIBRARY_PATH counts as unset, and
// stays empty for the program. The path is too long for the cache plan with this glibc.
//
//@ library: default/libwhere.so where.c
//@ library: named/libwhere.so where.c
//@ program: main main.c /t/default/libwhere.so
//@ library-env: /run/current-system/sw/share/nix-ld/lib default
//
//@ run: no variable
//@ env: A=1
//@ stdout: found in default
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: an empty variable
//@ env: NIX_LD_LIBRARY_PATH=
//@ env: A=1
//@ stdout: found in default
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: other libraries are named
//@ env: NIX_LD_LIBRARY_PATH=/t/named:{glibc}
//@ stdout: found in named
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
