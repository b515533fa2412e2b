// LD_TRACE_LOADED_OBJECTS, by which ldd works, lists libraries in place of running the program.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: {D} libraries
//
//@ run: cache plan
//@ plan: cache
//@ env: LD_TRACE_LOADED_OBJECTS=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout-has: libwhere.so => /t/libraries/libwhere.so (0x
//@ stdout-has: libc.so.6 => {glibc}/
//@ stdout-lacks: found in
//
//@ run: environment plan
//@ plan: environment
//@ env: LD_TRACE_LOADED_OBJECTS=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout-has: libwhere.so => {D}/libwhere.so (0x
//@ stdout-has: libc.so.6 => {D}/libc.so.6 (0x
//@ stdout-lacks: found in
//
//@ control: it is not set
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
