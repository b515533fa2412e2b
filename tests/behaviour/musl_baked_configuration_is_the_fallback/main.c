// What is baked into the stub for programs of musl is used by those, and by no others.
//
//@ only: x86_64 there is a musl to test with for x86-64 only
//@ musl-library: libraries/libwhere.so where.c
//@ musl-program: main main.c /t/libraries/libwhere.so
//@ musl-library-env: /musl-env libraries
//
//@ run: loader and libraries
//@ stub: /t/nothing /t/nothing {musl} /musl-env
//@ env: A=1
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: baked in for programs of glibc
//@ stub: {musl} /musl-env
//@ env: A=1
//@ exit: 127
//@ stderr-has: nix-ld: cannot run /t/main: loader /run/current-system/sw/share/nix-ld-musl/lib/ld.so: No such file
//@ stderr-has: set NIX_LD_MUSL to the loader of a musl
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
