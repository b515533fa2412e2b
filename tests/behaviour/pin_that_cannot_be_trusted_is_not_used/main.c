// A pin that belongs to another user, or to which others may write, is not used, and that is said.
//
//@ library: pinned/libwhere.so where.c
//@ library: other/libwhere.so where.c
//@ program: main main.c /t/pinned/libwhere.so -Wl,--build-id=0x0123456789abcdef0011223344556677
//@ pin: /writable/ldshim/pins/0123456789abcdef writable-by-others pinned
//@ pin: /another/ldshim/pins/0123456789abcdef of-another-user pinned
//@ pin: /good/ldshim/pins/0123456789abcdef holds pinned
//@ pin: /read-only/ldshim/pins/0123456789abcdef read-only pinned
//@ pin: /go:od/ldshim/pins/0123456789abcdef holds pinned
//@ library-env: {D} other
//@ not-emulated: files of other users are root's there
//
//@ run: writable by others
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/writable
//@ stdout: found in other
//@ stderr: nix-ld: the pin /writable/ldshim/pins/0123456789abcdef is not used: it belongs to another user, or others may write to it; take both away, or remove it
//
//@ run: of another user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/another
//@ stdout: found in other
//@ stderr: nix-ld: the pin /another/ldshim/pins/0123456789abcdef is not used: it belongs to another user, or others may write to it; take both away, or remove it
//
//@ control: the user's own
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/good
//@ stdout: found in pinned
//
//@ run: root's, in a home that is not root's
//@ user: nobody
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/good
//@ stdout: found in other
//@ stderr: nix-ld: the pin /good/ldshim/pins/0123456789abcdef is not used: it belongs to another user, or others may write to it; take both away, or remove it
//
//@ run: read-only, as what any user can have made in the store
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/read-only
//@ stdout: found in other
//@ stderr-has: is not used
//
//@ run: in a home whose name would be two directories
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: XDG_STATE_HOME=/go:od
//@ stdout: found in other
//@ stderr-lacks: nix-ld
#include <stdio.h>

const char *where(void);

int main(void) {
    printf("found in %s\n", where());
    return 0;
}
