// Where a loader's built-in cache path is not there, or there twice, nobody knows what to overwrite. The libraries
// get to it by its environment, and nothing is said about it unless it is asked for. The library environment is made
// for another loader, so that its word for where the path is does not hold.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ only: x86_64 nixpkgs-like loaders are made for x86-64
//@ loader: nixpkgs-like
//@ changed-loader: absent absent
//@ changed-loader: twice twice
//@ library-env: {D} libraries
//
//@ run: not there
//@ plan: cache
//@ env: NIX_LD=/t/absent
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: loader /t/absent (from NIX_LD): this is the loader
//@ stderr-has: libraries from {D} by the loader's environment
//
//@ control: there once
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from {D} by the loader's cache
//
//@ run: there twice
//@ glibc: of-a-distribution
//@ plan: cache
//@ env: NIX_LD=/t/twice
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: loader /t/twice (from NIX_LD): this is the loader
//@ stderr-has: libraries from {D} by the loader's environment
//
//@ run: not there, in silence
//@ plan: cache
//@ env: NIX_LD=/t/absent
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
