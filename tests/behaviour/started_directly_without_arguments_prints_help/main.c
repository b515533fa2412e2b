// Started by hand with nothing to run, the stub says what it is, what it reads, and what it would use.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: a library environment
//@ command: {loader-path}
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout-has: nix-ld
//@ stdout-has: NIX_LD_LIBRARY_PATH_{system}
//@ stdout-has: loader {D}/ld.so
//@ stdout-has: libraries {D} (with a cache)
//
//@ control: a program
//@ command: {loader-path} /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: runs
//
//@ run: nothing
//@ command: {loader-path}
//@ stdout-has: loader none: no loader was found
//@ stdout-has: libraries none
//
//@ run: the loader that would be used
//@ command: {loader-path}
//@ env: NIX_LD_{system}=/t/nothing
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
