// A program whose headers are not aligned, because they were moved to the end of its file, has its pin all the same: by its
// build-id, or by the hash of its headers. The tool finds the same identity.
//
//@ library: pinned/libwhere.so where.c
//@ library: hashed/libwhere.so where.c
//@ library: other/libwhere.so where.c
//@ program: plain main.c /t/pinned/libwhere.so -Wl,--build-id=0x0123456789abcdef0011223344556677
//@ moved-headers: at-4 plain 4
//@ moved-headers: at-1 plain 1
//@ moved-headers: at-0 plain 0
//@ program: fixed main.c /t/pinned/libwhere.so -Wl,--build-id=0x0123456789abcdef0011223344556677 -no-pie -fno-pie
//@ moved-headers: fixed-at-4 fixed 4
//@ program: without main.c /t/pinned/libwhere.so -Wl,--build-id=none
//@ moved-headers: main without 4
//@ pin: /s/ldshim/pins/0123456789abcdef holds pinned
//@ pin: /s/ldshim/pins/{identity} holds hashed
//@ library-env: {D} other
//
//@ run: at 4 modulo 8, as postject left them
//@ command: /t/at-4
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in pinned
//
//@ control: without its pin
//@ command: /t/at-4
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/nothing
//@ stdout: found in other
//
//@ run: at an odd address
//@ command: /t/at-1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in pinned
//
//@ run: moved and aligned
//@ command: /t/at-0
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in pinned
//
//@ run: at a fixed address
//@ command: /t/fixed-at-4
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in pinned
//
//@ run: by the hash of its headers
//@ command: /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in hashed
//
//@ control: the same program before its headers were moved is another
//@ command: /t/without
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in other
#include <stdio.h>

const char *where(void);

int main(void) {
    printf("found in %s\n", where());
    return 0;
}
