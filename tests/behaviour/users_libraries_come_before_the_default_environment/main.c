// LD_LIBRARY_PATH of the user comes before the default library environment, and stays as it is.
//
//@ library: default/libwhere.so where.c
//@ library: user/libwhere.so where.c
//@ program: main main.c /t/default/libwhere.so
//@ library-env: /run/current-system/sw/share/nix-ld/lib default
//
//@ run: the user has the library
//@ env: LD_LIBRARY_PATH=/t/user
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: an empty variable does not change it
//@ env: NIX_LD_LIBRARY_PATH=
//@ env: LD_LIBRARY_PATH=/t/user
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: the user has no such library
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ stdout: found in default
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
