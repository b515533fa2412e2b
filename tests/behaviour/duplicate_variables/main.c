// Of the stub's own variables the first counts, as for getenv. Of LD_LIBRARY_PATH the last counts, as for the
// real loader. All of them stay.
//
//@ not-emulated: QEMU gives a program no duplicate variables
//@ library: a/libwhere.so where.c
//@ library: b/libwhere.so where.c
//@ program: main main.c /t/a/libwhere.so
//@ library-env: {D}
//@ file: text no loader
//
//@ run: the first NIX_LD
//@ env: NIX_LD={loader}
//@ env: NIX_LD=/t/text
//@ env: NIX_LD_LIBRARY_PATH=/t/a:{glibc}
//@ env: NIX_LD_LOG=info
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: loader {loader} (from NIX_LD): this is the loader
//@ stderr-lacks: text
//
//@ control: the other way round
//@ env: NIX_LD=/t/text
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/a:{glibc}
//@ exit: 127
//@ stderr-has: /t/text
//
//@ run: the first NIX_LD_LIBRARY_PATH
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/a:{glibc}
//@ env: NIX_LD_LIBRARY_PATH=/t/b:{glibc}
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: the other way round
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/b:{glibc}
//@ env: NIX_LD_LIBRARY_PATH=/t/a:{glibc}
//@ stdout: found in b
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: the last LD_LIBRARY_PATH
//@ env: LD_LIBRARY_PATH=/t/a
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/t/b
//@ stdout: found in b
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: the other way round
//@ env: LD_LIBRARY_PATH=/t/b
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/t/a
//@ stdout: found in a
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
