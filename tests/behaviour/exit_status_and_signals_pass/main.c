// However the program ends, the stub is no longer there to change it.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: an exit status
//@ command: /t/main exit 42
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ exit: 42
//
//@ control: another
//@ command: /t/main exit 43
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ exit: 43
//
//@ run: SIGTERM
//@ command: /t/main signal 15
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ signal: 15
//
//@ run: SIGSEGV
//@ command: /t/main signal 11
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ signal: 11
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    int number = atoi(argv[2]);
    if (strcmp(argv[1], "exit") == 0)
        return number;
    raise(number);
    return 1;
}
