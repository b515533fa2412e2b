// `/lib/ld-musl-x86_64.so.1 PROGRAM` works as with musl's loader, its flags too. Children inherit nothing.
//
//@ only: x86_64 there is a musl to test with for x86-64 only
//@ musl-library: libraries/libwhere.so where.c
//@ musl-library: libraries/libpreload.so where.c
//@ musl-library: user/libwhere.so where.c
//@ musl-library: preload/libpreload.so where.c
//@ musl-program: main main.c /t/libraries/libwhere.so
//@ musl-library-env: /musl-env libraries
//
//@ run: a program
//@ command: /lib/ld-musl-x86_64.so.1 /t/main
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: /t/main: found in libraries
//@ stdout: {environment}
//
//@ control: without libraries
//@ env: NIX_LD_MUSL={musl}
//@ exit: 127
//@ stderr-has: Error loading shared library libwhere.so
//
//@ run: --library-path
//@ command: /lib/ld-musl-x86_64.so.1 --library-path /t/user /t/main
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: /t/main: found in user
//@ stdout: {environment}
//
//@ run: --library-path=
//@ command: /lib/ld-musl-x86_64.so.1 --library-path=/t/user /t/main
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: /t/main: found in user
//@ stdout: {environment}
//
//@ control: --library-path= without the library
//@ command: /lib/ld-musl-x86_64.so.1 --library-path=/t/nothing /t/main
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: /t/main: found in libraries
//@ stdout: {environment}
//
//@ run: --argv0
//@ command: /lib/ld-musl-x86_64.so.1 --argv0 name /t/main
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: name: found in libraries
//@ stdout: {environment}
//
//@ run: --preload
//@ command: /lib/ld-musl-x86_64.so.1 --preload /t/preload/libpreload.so /t/main
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: /t/main: found in preload
//@ stdout: {environment}
//
//@ run: --list
//@ command: /lib/ld-musl-x86_64.so.1 --list /t/main
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout-has: libwhere.so => /musl-env/libwhere.so (0x
//@ stdout-lacks: found in
#include "environment.h"

const char *where(void);

int main(int argc, char **argv) {
    printf("%s: found in %s\n", argv[0], where());
    print_entries(environ);
    return 0;
}
