// LD_PRELOAD works as ever, with a path and with a name that the library environment has, and stays.
//
//@ library: libraries/libwhere.so where.c
//@ library: libraries/libpreload.so where.c
//@ library: user/libpreload.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: {D} libraries
//
//@ run: a path
//@ env: LD_PRELOAD=/t/user/libpreload.so
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: nothing is preloaded
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: a name, which LD_LIBRARY_PATH has
//@ env: LD_PRELOAD=libpreload.so
//@ env: LD_LIBRARY_PATH=/t/user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: a name, which the library environment has
//@ env: LD_PRELOAD=libpreload.so
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
