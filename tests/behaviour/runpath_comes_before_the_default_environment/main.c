// The default library environment comes after the program's RUNPATH, and that after LD_LIBRARY_PATH, where
// the real loader has room for the path of its cache: so it is with nixpkgs' glibc.
//
//@ library: default/libwhere.so where.c
//@ library: user/libwhere.so where.c
//@ library: runpath/libwhere.so where.c
//@ program: main main.c /t/default/libwhere.so
//@ program: with-runpath main.c /t/default/libwhere.so -Wl,--enable-new-dtags,-rpath,/t/runpath
//@ only: x86_64 nixpkgs-like loaders are made for x86-64
//@ loader: nixpkgs-like
//@ library-env: /run/current-system/sw/share/nix-ld/lib default
//
//@ run: RUNPATH comes before the default
//@ command: /t/with-runpath
//@ env: A=1
//@ stdout: found in runpath
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: no RUNPATH
//@ command: /t/main
//@ env: A=1
//@ stdout: found in default
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: LD_LIBRARY_PATH comes before RUNPATH
//@ command: /t/with-runpath
//@ env: NIX_LD_LIBRARY_PATH=
//@ env: LD_LIBRARY_PATH=/t/user
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: no LD_LIBRARY_PATH
//@ env: NIX_LD_LIBRARY_PATH=
//@ stdout: found in runpath
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
