// A stub uses the library environment that is baked into it, although the system has a default one: that may be of
// another architecture. On x86-64 the stub for 32-bit programs and the other one see the same default.
//
//@ library: baked/libwhere.so where.c
//@ library: default/libwhere.so where.c
//@ program: main main.c /t/baked/libwhere.so
//@ library-env: {D} baked
//@ library-env: /run/current-system/sw/share/nix-ld/lib default
//
//@ run: both
//@ stub: {loader} {D}
//@ env: A=1
//@ stdout: found in baked
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: no library environment is baked in
//@ stub: {loader} -
//@ env: A=1
//@ stdout: found in default
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
