// A pin is taken for the program that has its identity, whatever the file's name and directory, and before anything that
// the environment names. The program and its children do not see how.
//
//@ library: pinned/libwhere.so where.c
//@ library: other/libwhere.so where.c
//@ library: user/libwhere.so where.c
//@ program: main main.c /t/pinned/libwhere.so -Wl,--build-id=0x0123456789abcdef0011223344556677
//@ program: elsewhere/copy main.c /t/pinned/libwhere.so -Wl,--build-id=0x0123456789abcdef0011223344556677
//@ program: other-id main.c /t/pinned/libwhere.so -Wl,--build-id=0x0123456789abcdee0011223344556677
//@ pin: /s/ldshim/pins/0123456789abcdef holds pinned
//@ pin: /h/.local/state/ldshim/pins/0123456789abcdef holds user
//@ library-env: {D} other
//
//@ run: in XDG_STATE_HOME
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: HOME=/h
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in pinned
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: another program
//@ command: /t/other-id
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: HOME=/h
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in other
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: a copy of it
//@ command: /t/elsewhere/copy
//@ env: XDG_STATE_HOME=/s
//@ stdout: found in pinned
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: in HOME
//@ env: HOME=/h
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: a home that has none
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: HOME=/tmp
//@ stdout: found in other
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: what is no absolute path counts as unset
//@ env: XDG_STATE_HOME=s
//@ env: HOME=/h
//@ stdout: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
