// A setuid program finds the default library environment, and after its RUNPATH, where the real loader has
// room for the path of the cache.
//
//@ library: default/libwhere.so where.c
//@ library: runpath/libwhere.so where.c
//@ library: hostile/libwhere.so where.c
//@ program: main main.c /t/default/libwhere.so
//@ program: with-runpath main.c /t/default/libwhere.so -Wl,--enable-new-dtags,-rpath,/t/runpath
//@ setuid: main-setuid
//@ setuid: with-runpath-setuid
//@ only: x86_64 nixpkgs-like loaders are made for x86-64
//@ loader: nixpkgs-like
//@ library-env: /run/current-system/sw/share/nix-ld/lib default
//
//@ run: the default
//@ user: nobody
//@ command: /t/main-setuid
//@ env: NIX_LD_LIBRARY_PATH=/t/hostile:{glibc}
//@ stdout: euid 0: 1, AT_SECURE: 1, found in default
//@ stdout: {environment}
//
//@ control: without the setuid bit
//@ command: /t/main
//@ env: NIX_LD_LIBRARY_PATH=/t/hostile:{glibc}
//@ stdout: euid 0: 0, AT_SECURE: 0, found in hostile
//@ stdout: {environment}
//
//@ run: RUNPATH
//@ user: nobody
//@ command: /t/with-runpath-setuid
//@ env: NIX_LD_LIBRARY_PATH=/t/hostile:{glibc}
//@ stdout: euid 0: 1, AT_SECURE: 1, found in runpath
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
