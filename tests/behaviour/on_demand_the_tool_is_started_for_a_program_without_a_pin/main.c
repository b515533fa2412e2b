// NIX_LD_ON_DEMAND or the baked configuration lets the stub start the tool for a program that has no pin: with what to do,
// the identity, and the program's path. What the tool prints does not get to the program's stdout, and the tool's own
// start asks for no pin. The program sees nothing of it: neither a child nor a signal nor another environment.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c -Wl,--build-id=0x0123456789abcdef0011223344556677
//@ program: tool tool.c
//@ program: blocked blocked.c -static
//@ pin: /pinned/ldshim/pins/0123456789abcdef holds libraries
//@ link: marked/ldshim/pins/0123456789abcdef declined
//@ library-env: {D} libraries
//
//@ run: asked for by the variable
//@ plan: cache
//@ stub: - {D} - - - /t/tool
//@ env: A=1
//@ env: NIX_LD_ON_DEMAND=1
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//@ stderr-has: tool: pin --auto ask --identity 0123456789abcdef -- /t/main
//@ stderr-has: tool: A=1
//@ stderr-has: tool: NIX_LD_ON_DEMAND=0
//@ stderr-has: tool: XDG_STATE_HOME=/tmp
//
//@ control: not asked for
//@ env: A=1
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//
//@ run: baked in
//@ plan: cache
//@ stub: - {D} - - yes /t/tool
//@ env: A=1
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//@ stderr-has: tool: pin --auto yes --identity 0123456789abcdef -- /t/main
//@ stderr-has: tool: A=1
//@ stderr-has: tool: XDG_STATE_HOME=/tmp
//@ stderr-has: tool: NIX_LD_ON_DEMAND=0
//
//@ control: switched off by the variable
//@ env: NIX_LD_ON_DEMAND=0
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//
//@ control: there is a pin
//@ env: XDG_STATE_HOME=/pinned
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//
//@ control: it was asked before
//@ env: XDG_STATE_HOME=/t/marked
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//
//@ control: no home, where nobody could remember that it was asked
//@ env: A=1
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//
//@ run: what is for the program's loader is not for the tool's
//@ plan: cache
//@ stub: - {D} - - yes /t/tool
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//@ stderr-has: tool: XDG_STATE_HOME=/tmp
//@ stderr-lacks: tool: LD_
//
//@ run: with SIGCHLD blocked
//@ plan: cache
//@ stub: - {D} - - yes /t/tool
//@ command: /t/blocked /t/main
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//@ stderr-has: tool: pin
//
//@ control: with SIGCHLD blocked and one waiting already
//@ command: /t/blocked /t/main waiting
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: children: 0, signals: 1
//@ stdout: {environment}
//@ stderr-has: tool: pin
//
//@ run: a tool that is not there
//@ plan: cache
//@ stub: - {D} - - ask /t/nothing
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: children: 0, signals: 0
//@ stdout: {environment}
//@ stderr: nix-ld: cannot start /t/nothing: No such file or directory: starting the program without a pin; install ldshim, or unset NIX_LD_ON_DEMAND
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "environment.h"

int main(void) {
    sigset_t pending;
    sigpending(&pending);
    int has_children = waitpid(-1, NULL, __WALL) != -1 || errno != ECHILD;
    printf("children: %d, signals: %d\n", has_children, sigismember(&pending, SIGCHLD));
    print_entries(environ);
    return 0;
}
