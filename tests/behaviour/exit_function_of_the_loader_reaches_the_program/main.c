// The ABI hands a function to the program in a register (rdx on x86-64), which the program is to register with atexit. It comes
// from the real loader, and runs the destructors of libraries.
//
//@ library: libraries/libdestructor.so destructor.c
//@ program: main main.c /t/libraries/libdestructor.so
//@ program: bare bare.c /t/libraries/libdestructor.so -nostartfiles
//@ library-env: {D} libraries
//
//@ run: a function is handed over
//@ command: /t/bare
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: it is set
//
//@ run: a function is handed over, and LD_LIBRARY_PATH is set
//@ command: /t/bare
//@ env: LD_LIBRARY_PATH=/u
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: it is set
//
//@ run: destructors of libraries run, after the program's
//@ command: /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: constructor of the library
//@ stdout: main
//@ stdout: exit handler of the program
//@ stdout: destructor of the library
//
//@ control: the program ends without them
//@ command: /t/main quickly
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: constructor of the library
//@ stdout: main
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void from_library(void);

static void at_exit(void) {
    puts("exit handler of the program");
}

int main(int argc, char **argv) {
    from_library();
    atexit(at_exit);
    puts("main");
    fflush(stdout);
    if (argc > 1)
        _exit(0);
    return 0;
}
