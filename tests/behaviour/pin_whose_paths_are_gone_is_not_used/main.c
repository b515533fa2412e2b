// A pin whose paths were collected from the store is said to be so, and the program starts as without it. A mark that
// there is nothing to pin is passed over in silence.
//
//@ library: pinned/libwhere.so where.c
//@ library: other/libwhere.so where.c
//@ program: main main.c /t/pinned/libwhere.so -Wl,--build-id=0x0123456789abcdef0011223344556677
//@ pin: /gone/ldshim/pins/0123456789abcdef gone pinned
//@ pin: /good/ldshim/pins/0123456789abcdef holds pinned
//@ link: marked/ldshim/pins/0123456789abcdef nothing-missing
//@ file: damaged/ldshim/pins/0123456789abcdef no directory
//@ library-env: {D} other
//
//@ run: gone
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/gone
//@ stdout: found in other
//@ stderr: nix-ld: the pin /gone/ldshim/pins/0123456789abcdef is not used: its paths are gone from the store; run `ldshim pin` again, or `ldshim unpin`
//
//@ control: there
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/good
//@ stdout: found in pinned
//
//@ run: a mark
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/t/marked
//@ stdout: found in other
//@ stderr-lacks: nix-ld
//
//@ run: something else
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/t/damaged
//@ stdout: found in other
//@ stderr-lacks: nix-ld
#include <stdio.h>

const char *where(void);

int main(void) {
    printf("found in %s\n", where());
    return 0;
}
