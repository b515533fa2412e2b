// Started by hand with nothing to run, the stub says what it is, what it reads, and what it would use.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: a library environment
//@ command: /lib64/ld-linux-x86-64.so.2
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout-has: nix-ld
//@ stdout-has: NIX_LD_LIBRARY_PATH_x86_64_linux
//@ stdout-has: loader {D}/ld.so
//@ stdout-has: libraries {D} (with a cache)
//
//@ control: a program
//@ command: /lib64/ld-linux-x86-64.so.2 /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: runs
//
//@ run: nothing
//@ command: /lib64/ld-linux-x86-64.so.2
//@ stdout-has: loader none: no loader was found
//@ stdout-has: libraries none
//
//@ run: the loader that would be used
//@ command: /lib64/ld-linux-x86-64.so.2
//@ env: NIX_LD_x86_64_linux=/t/nothing
//@ env: NIX_LD={loader}
//@ env: NIX_LD_LIBRARY_PATH=/t/a:/t/b
//@ stdout-has: loader {loader}
//@ stdout-has: libraries /t/a:/t/b
//@ stdout-lacks: /t/nothing
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
