// A loader that is prepared for a library environment looks into it, also where that is named by another path: one
// that has links in it, be it longer than the loader has room for. If it is used with another environment, it looks
// into that one only.
//
//@ library: libraries/libwhere.so where.c
//@ library: others/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ loader: prepared
//@ library-env: /nld libraries
//@ library-env: /oth others
//@ link: a-link-to-it /nld
//
//@ run: by the path that it is prepared for
//@ env: NIX_LD_LIBRARY_PATH=/nld
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from /nld by the loader's cache
//
//@ control: another environment
//@ env: NIX_LD_LIBRARY_PATH=/oth
//@ env: NIX_LD_LOG=info
//@ stdout: found in others
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from /oth by the loader's cache
//
//@ run: by a link
//@ env: NIX_LD_LIBRARY_PATH=/t/a-link-to-it
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from /t/a-link-to-it by the loader's cache
//
//@ run: by a link in both variables
//@ env: NIX_LD=/t/a-link-to-it/ld.so
//@ env: NIX_LD_LIBRARY_PATH=/t/a-link-to-it
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from /t/a-link-to-it by the loader's cache
//
//@ run: the loader of the other environment
//@ env: NIX_LD=/oth/ld.so
//@ env: NIX_LD_LIBRARY_PATH=/nld
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from /nld by the loader's cache
//
//@ run: the loader of the other environment, and directories
//@ env: NIX_LD=/oth/ld.so
//@ env: NIX_LD_LIBRARY_PATH=/t/libraries:{glibc}
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from /t/libraries:{glibc} by the loader's environment
//
//@ run: baked in
//@ stub: - /nld
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
