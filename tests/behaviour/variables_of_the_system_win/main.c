// NIX_LD_x86_64_linux comes before NIX_LD, and NIX_LD_LIBRARY_PATH_x86_64_linux before NIX_LD_LIBRARY_PATH,
// wherever they are. Empty ones, and those of other systems, do not count.
//
//@ library: a/libwhere.so where.c
//@ library: b/libwhere.so where.c
//@ program: main main.c /t/a/libwhere.so
//
//@ run: libraries
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/b:{glibc}
//@ env: NIX_LD_LIBRARY_PATH_{system}=/t/a:{glibc}
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: of another system
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/b:{glibc}
//@ env: NIX_LD_LIBRARY_PATH_{other-system}=/t/a:{glibc}
//@ stdout: found in b
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: empty ones
//@ env: NIX_LD_{system}=
//@ env: NIX_LD_LIBRARY_PATH_{system}=
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/b:{glibc}
//@ stdout: found in b
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: loader
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_{system}={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/b:{glibc}
//@ env: NIX_LD_LOG=info
//@ stdout: found in b
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: loader {loader} (from NIX_LD_{system}): this is the loader
//@ stderr-lacks: /t/nothing
//
//@ control: loader of another system
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_{other-system}={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/b:{glibc}
//@ exit: 127
//@ stderr-has: /t/nothing: No such file or directory (from NIX_LD:
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
