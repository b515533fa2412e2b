// Relative and empty elements of LD_LIBRARY_PATH mean what they always mean, and stay.
//
//@ library: libraries/libwhere.so where.c
//@ library: user/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: {D} libraries
//
//@ run: a relative directory
//@ env: LD_LIBRARY_PATH=user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: another current directory
//@ directory: /
//@ env: LD_LIBRARY_PATH=user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: an empty element is the current directory
//@ directory: /t/user
//@ env: LD_LIBRARY_PATH=/t/nothing:
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: no empty element
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
