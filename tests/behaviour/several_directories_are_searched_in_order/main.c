// Several directories are searched in their order, after those of LD_LIBRARY_PATH and before RUNPATH. The
// program sees LD_LIBRARY_PATH as the user has set it, or not at all.
//
//@ library: a/libwhere.so where.c
//@ library: b/libwhere.so where.c
//@ library: user/libwhere.so where.c
//@ library: runpath/libwhere.so where.c
//@ program: main main.c /t/a/libwhere.so -Wl,--enable-new-dtags,-rpath,/t/runpath
//
//@ run: the first has it
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/a:/t/b:{glibc}
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: the other way round
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/b:/t/a:{glibc}
//@ stdout: found in b
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: the second has it
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/nothing:/t/b:{glibc}
//@ stdout: found in b
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: semicolons
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/nothing;/t/b;{glibc}
//@ stdout: found in b
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: the user's come first
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/a:/t/b:{glibc}
//@ env: LD_LIBRARY_PATH=/t/user
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: an empty LD_LIBRARY_PATH stays empty
//@ env: LD_LIBRARY_PATH=
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/a:{glibc}
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: RUNPATH comes after all of them
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/nothing:{glibc}
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ stdout: found in runpath
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
