// The environment and the auxiliary vector are above the program's stack, however much of that is used.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: LD_LIBRARY_PATH is absent
//@ env: A=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: B=2
//@ stdout: {environment}
//@ stdout: pages have a size
//
//@ run: LD_LIBRARY_PATH is present
//@ env: LD_LIBRARY_PATH=/u
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: {environment}
//@ stdout: pages have a size
//
//@ control: the environment is overwritten
//@ command: /t/main upwards
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: B=2
//@ stdout-lacks: B=2
//@ stdout-has: xxx
#include <sys/auxv.h>

#include "environment.h"

// Fills the stack from here on downwards.
static __attribute__((noinline)) int recurse(int depth) {
    volatile char frame[4096];
    memset((char *)frame, depth, sizeof frame);
    return depth == 0 ? frame[7] : recurse(depth - 1) + frame[depth];
}

int main(int argc, char **argv) {
    recurse(400);
    if (argc > 1)
        for (char **entry = environ; *entry; entry++)
            memset(*entry, 'x', strlen(*entry));
    print_entries(environ);
    puts(getauxval(AT_PAGESZ) >= 4096 ? "pages have a size" : "the auxiliary vector is overwritten");
    return 0;
}
