// What is baked into the stub is used where nothing is named.
// It is no part of anybody's environment.
//
//@ library: baked/libwhere.so where.c
//@ library: named/libwhere.so where.c
//@ program: main main.c /t/baked/libwhere.so
//@ library-env: {D} baked
//
//@ run: loader and libraries
//@ stub: {loader} {D}
//@ env: A=1
//@ stdout: found in baked
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: nothing is baked in
//@ stub: - -
//@ env: A=1
//@ exit: 127
//@ stderr-has: nix-ld: cannot run /t/main: loader /run/current-system/sw/share/nix-ld/lib/ld.so
//
//@ run: the loader of the baked library environment
//@ stub: - {D}
//@ env: A=1
//@ stdout: found in baked
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: where it comes from
//@ stub: {loader} -
//@ env: NIX_LD_LOG=info
//@ env: NIX_LD_LIBRARY_PATH=/t/named:{glibc}
//@ stdout: found in named
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: nix-ld: loader {loader} (from the stub's baked configuration): this is the loader
//
//@ run: named libraries come first
//@ stub: {loader} {D}
//@ env: NIX_LD_LIBRARY_PATH=/t/named:{glibc}
//@ stdout: found in named
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: a missing loader is skipped
//@ stub: {loader} {D}
//@ env: NIX_LD=/t/nothing
//@ stdout: found in baked
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
