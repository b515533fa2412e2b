// Programs of glibc and of musl work side by side in one session: one environment has the settings for both, and
// neither sees the other's libraries.
//
//@ only: x86_64 there is a musl to test with for x86-64 only
//@ library: libraries/libwhere.so where.c
//@ musl-library: libraries-of-musl/libwhere.so where.c
//@ program: glibc main.c /t/libraries/libwhere.so
//@ musl-program: musl main.c /t/libraries-of-musl/libwhere.so
//@ library-env: {D} libraries
//@ musl-library-env: /musl-env libraries-of-musl
//
//@ run: glibc, musl, glibc
//@ command: /t/glibc /t/musl /t/glibc
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: found in libraries
//@ stdout: found in libraries-of-musl
//@ stdout: found in libraries
//@ stdout: {environment}
//
//@ run: musl, glibc, musl
//@ command: /t/musl /t/glibc /t/musl
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: found in libraries-of-musl
//@ stdout: found in libraries
//@ stdout: found in libraries-of-musl
//@ stdout: {environment}
//
//@ control: one library path for both
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/t/libraries
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: found in libraries
//@ stdout: found in libraries
//@ stdout: found in libraries
//@ stdout: {environment}
#include <unistd.h>

#include "environment.h"

const char *where(void);

int main(int argc, char **argv) {
    printf("found in %s\n", where());
    fflush(stdout);
    if (argc > 1) {
        execv(argv[1], argv + 1);
        return 1;
    }
    print_entries(environ);
    return 0;
}
