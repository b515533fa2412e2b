// A directory without a cache is a library path: its libraries come before RUNPATH, after LD_LIBRARY_PATH.
//
//@ library: plain/libwhere.so where.c
//@ library: user/libwhere.so where.c
//@ library: runpath/libwhere.so where.c
//@ program: main main.c /t/plain/libwhere.so -Wl,--enable-new-dtags,-rpath,/t/runpath
//
//@ run: before RUNPATH
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/plain
//@ env: LD_LIBRARY_PATH={glibc}
//@ stdout: found in plain
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: no such directory
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/nothing
//@ env: LD_LIBRARY_PATH={glibc}
//@ stdout: found in runpath
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: after LD_LIBRARY_PATH
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/plain
//@ env: LD_LIBRARY_PATH={glibc}:/t/user
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
