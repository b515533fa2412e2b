// The identity of a program without a build-id, or with a short one, comes from its headers. The tool finds the same.
//
//@ library: pinned/libwhere.so where.c
//@ library: other/libwhere.so where.c
//@ program: main main.c /t/pinned/libwhere.so -Wl,--build-id=none
//@ program: short-id main.c /t/pinned/libwhere.so -Wl,--build-id=0x01234567
//@ program: no-pie main.c /t/pinned/libwhere.so -Wl,--build-id=none -no-pie -fno-pie
//@ pin: /s/ldshim/pins/{identity} holds pinned
//@ library-env: {D} other
//
//@ run: none
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in pinned
//
//@ control: another program, whose build-id is too short to count
//@ command: /t/short-id
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in other
//
//@ control: another program, at a fixed address
//@ command: /t/no-pie
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in other
#include <stdio.h>

const char *where(void);

int main(void) {
    printf("found in %s\n", where());
    return 0;
}
