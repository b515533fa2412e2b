// Extra paths of a library environment are searched before its libraries, those that exist, and after what the user
// names. The program and its children do not see how.
//
//@ library: libraries/libwhere.so where.c
//@ library: extra/libwhere.so where.c
//@ library: user/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ extra-path: /t/nothing
//@ extra-path: /t/extra
//@ library-env: {D} libraries
//
//@ run: an extra path has it
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in extra
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: a library path without extra paths
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/libraries:{glibc}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: the user's come first
//@ env: LD_LIBRARY_PATH=/t/user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: baked in
//@ plan: cache
//@ stub: - {D}
//@ stdout: found in extra
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
