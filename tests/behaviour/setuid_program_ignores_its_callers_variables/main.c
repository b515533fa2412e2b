// A setuid program ignores what its caller says in NIX_LD, NIX_LD_LIBRARY_PATH, NIX_LD_LOG and their like,
// and finds its libraries in the baked library environment through the cache plan. The same program without
// the setuid bit obeys.
//
//@ library: libraries/libwhere.so where.c
//@ library: hostile/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ setuid: main-setuid
//@ program: hostile-loader hostile.c -static-pie -nostdlib -Wl,--no-dynamic-linker
//@ library-env: /nld libraries
//
//@ run: NIX_LD
//@ user: nobody
//@ stub: - /nld
//@ command: /t/main-setuid
//@ env: NIX_LD=/t/hostile-loader
//@ stdout: euid 0: 1, AT_SECURE: 1, found in libraries
//@ stdout: {environment}
//
//@ control: NIX_LD without the setuid bit
//@ command: /t/main
//@ env: NIX_LD=/t/hostile-loader
//@ stdout: hostile loader
//
//@ run: NIX_LD_x86_64_linux
//@ user: nobody
//@ stub: - /nld
//@ command: /t/main-setuid
//@ env: NIX_LD_x86_64_linux=/t/hostile-loader
//@ stdout: euid 0: 1, AT_SECURE: 1, found in libraries
//@ stdout: {environment}
//
//@ control: NIX_LD_x86_64_linux without the setuid bit
//@ command: /t/main
//@ env: NIX_LD_x86_64_linux=/t/hostile-loader
//@ stdout: hostile loader
//
//@ run: NIX_LD_LIBRARY_PATH
//@ user: nobody
//@ stub: - /nld
//@ command: /t/main-setuid
//@ env: NIX_LD_LIBRARY_PATH=/t/hostile
//@ stdout: euid 0: 1, AT_SECURE: 1, found in libraries
//@ stdout: {environment}
//
//@ control: NIX_LD_LIBRARY_PATH without the setuid bit
//@ command: /t/main
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/hostile:{glibc}
//@ stdout: euid 0: 0, AT_SECURE: 0, found in hostile
//@ stdout: {environment}
//
//@ run: NIX_LD_LIBRARY_PATH_x86_64_linux
//@ user: nobody
//@ stub: - /nld
//@ command: /t/main-setuid
//@ env: NIX_LD_LIBRARY_PATH_x86_64_linux=/t/hostile:{glibc}
//@ stdout: euid 0: 1, AT_SECURE: 1, found in libraries
//@ stdout: {environment}
//
//@ control: NIX_LD_LIBRARY_PATH_x86_64_linux without the setuid bit
//@ command: /t/main
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH_x86_64_linux=/t/hostile:{glibc}
//@ stdout: euid 0: 0, AT_SECURE: 0, found in hostile
//@ stdout: {environment}
//
//@ run: NIX_LD_LOG, and a missing loader that would be talked of
//@ user: nobody
//@ stub: - /nld
//@ command: /t/main-setuid
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LOG=trace
//@ stdout: euid 0: 1, AT_SECURE: 1, found in libraries
//@ stdout: {environment}
//
//@ control: NIX_LD_LOG without the setuid bit
//@ command: /t/main
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LOG=trace
//@ stdout: euid 0: 0, AT_SECURE: 0, found in libraries
//@ stdout: {environment}
//@ stderr-has: nix-ld: loader /t/nothing
//
//@ run: an unknown NIX_LD_LOG
//@ user: nobody
//@ stub: - /nld
//@ command: /t/main-setuid
//@ env: NIX_LD_LOG=loud
//@ stdout: euid 0: 1, AT_SECURE: 1, found in libraries
//@ stdout: {environment}
//
// That LD_LIBRARY_PATH vanishes is the real loader's doing, as it is without a stub.
//@ run: LD_LIBRARY_PATH
//@ user: nobody
//@ stub: - /nld
//@ command: /t/main-setuid
//@ env: LD_LIBRARY_PATH=/t/hostile
//@ env: A=1
//@ stdout: euid 0: 1, AT_SECURE: 1, found in libraries
//@ stdout: A=1
//
//@ control: LD_LIBRARY_PATH without the setuid bit
//@ command: /t/main
//@ env: LD_LIBRARY_PATH=/t/hostile
//@ env: A=1
//@ stdout: euid 0: 0, AT_SECURE: 0, found in hostile
//@ stdout: {environment}
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "environment.h"

const char *where(void);

int main(void) {
    printf("euid 0: %d, AT_SECURE: %lu, found in %s\n", geteuid() == 0, getauxval(AT_SECURE), where());
    print_entries(environ);
    return 0;
}
