// A program of musl is told by the loader that it names. It has settings of its own; those of glibc do not count.
// It and its children see the environment as it was.
//
//@ only: x86_64 there is a musl to test with for x86-64 only
//@ musl-library: libraries/libwhere.so where.c
//@ musl-library: user/libwhere.so where.c
//@ musl-program: main main.c /t/libraries/libwhere.so
//@ musl-library-env: /musl-env libraries
//@ musl-library-env: /run/current-system/sw/share/nix-ld-musl/lib libraries
//
//@ run: a library environment
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ env: NIX_LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD=/t/nothing
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: settings of glibc
//@ env: NIX_LD_LIBRARY_PATH=/musl-env
//@ env: NIX_LD_MUSL={musl}
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/t/nothing
//@ exit: 127
//@ stderr-has: Error loading shared library libwhere.so
//
//@ run: the default
//@ env: A=1
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: the variables of the system win
//@ env: NIX_LD_MUSL=/t/nothing
//@ env: NIX_LD_MUSL_x86_64_linux={musl}
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_MUSL_LIBRARY_PATH_x86_64_linux=/t/user
//@ env: NIX_LD_LOG=info
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: (from NIX_LD_MUSL_x86_64_linux): this is the loader
//@ stderr-has: libraries from /t/user by the loader's environment
//
//@ run: the first of two LD_LIBRARY_PATHs, as musl takes it
//@ env: LD_LIBRARY_PATH=/t/user
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: no LD_LIBRARY_PATH in the first
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: LD_LIBRARY_PATH=/t/user
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: directories separated as musl does it
//@ env: NIX_LD_MUSL={musl}
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/t/nothing\x0a/t/user
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: a missing loader is skipped
//@ env: NIX_LD_MUSL=/t/nothing
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/t/user:/t/nothing
//@ env: NIX_LD_LOG=info
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: loader /t/nothing (from NIX_LD_MUSL): No such file or directory
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
