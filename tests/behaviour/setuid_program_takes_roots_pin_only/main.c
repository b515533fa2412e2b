// A program with more rights than its caller takes a pin from root's directory, and never one that its caller could have made.
//
//@ library: pinned/libwhere.so where.c
//@ library: hostile/libwhere.so where.c
//@ library: default/libwhere.so where.c
//@ program: main main.c /t/default/libwhere.so -Wl,--build-id=0x0123456789abcdef0011223344556677
//@ program: without-pin main.c /t/default/libwhere.so -Wl,--build-id=0x1123456789abcdef
//@ setuid: main-setuid
//@ setuid: without-pin-setuid
//@ only: x86_64 nixpkgs-like loaders are made for x86-64
//@ loader: nixpkgs-like
//@ pin: /etc/ldshim/pins/0123456789abcdef holds pinned
//@ pin: /home/ldshim/pins/0123456789abcdef holds hostile
//@ pin: /home/ldshim/pins/1123456789abcdef holds hostile
//@ library-env: /run/current-system/sw/share/nix-ld/lib default
//
//@ run: the caller's pin, without the setuid bit
//@ command: /t/main
//@ env: XDG_STATE_HOME=/home
//@ stdout: AT_SECURE: 0, found in hostile
//
//@ control: root's pin, with it
//@ user: nobody
//@ command: /t/main-setuid
//@ env: XDG_STATE_HOME=/home
//@ stdout: AT_SECURE: 1, found in pinned
//
//@ run: the caller's pin only, without the setuid bit
//@ command: /t/without-pin
//@ env: XDG_STATE_HOME=/home
//@ stdout: AT_SECURE: 0, found in hostile
//
//@ control: the caller's pin only, with it
//@ user: nobody
//@ command: /t/without-pin-setuid
//@ env: XDG_STATE_HOME=/home
//@ stdout: AT_SECURE: 1, found in default
//
//@ run: root's pin serves where there is no home
//@ command: /t/main
//@ stdout: AT_SECURE: 0, found in pinned
#include <stdio.h>
#include <sys/auxv.h>

const char *where(void);

int main(void) {
    printf("AT_SECURE: %lu, found in %s\n", getauxval(AT_SECURE), where());
    return 0;
}
