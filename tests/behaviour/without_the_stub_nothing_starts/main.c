// What a NixOS user sees without the stub: "No such file or directory", though the program is there.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: no stub
//@ stub: none
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ not-started: No such file or directory
//
//@ control: the stub
//@ stub: - -
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: runs
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
