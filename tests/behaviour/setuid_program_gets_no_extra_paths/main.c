// A setuid program finds the default library environment, but not by its extra paths: its loader takes no library path.
//
//@ library: default/libwhere.so where.c
//@ library: extra/libwhere.so where.c
//@ program: main main.c /t/default/libwhere.so
//@ setuid: main-setuid
//@ only: x86_64 nixpkgs-like loaders are made for x86-64
//@ loader: nixpkgs-like
//@ extra-path: /t/extra
//@ library-env: /run/current-system/sw/share/nix-ld/lib default
//
//@ run: with the setuid bit
//@ user: nobody
//@ command: /t/main-setuid
//@ stdout: found in default, LD_LIBRARY_PATH is unset
//
//@ control: without the setuid bit
//@ user: nobody
//@ command: /t/main
//@ stdout: found in extra, LD_LIBRARY_PATH is unset
#include <stdio.h>
#include <stdlib.h>

const char *where(void);

int main(void) {
    printf("found in %s, LD_LIBRARY_PATH is %s\n", where(), getenv("LD_LIBRARY_PATH") ? "set" : "unset");
    return 0;
}
