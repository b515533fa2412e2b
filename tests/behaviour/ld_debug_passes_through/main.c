// LD_DEBUG works as ever. What it prints shows how the libraries are found.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: {D} libraries
//
//@ run: cache plan
//@ plan: cache
//@ env: LD_DEBUG=libs
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: search cache={D}/ld.so.cache
//@ stderr-has: trying file=/t/libraries/libwhere.so
//@ stderr-lacks: (LD_LIBRARY_PATH)
//
//@ run: environment plan
//@ plan: environment
//@ env: LD_DEBUG=libs
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: (LD_LIBRARY_PATH)
//@ stderr-has: trying file={D}/libwhere.so
//@ stderr-lacks: search cache={D}/ld.so.cache
//
//@ control: no LD_DEBUG
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
