// A program may be executed with no argument at all, not even its name. Kernels from 5.18 on make one empty
// argument of that.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: argc is 0
//@ argc: 0
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: first: ""
//@ stdout: {environment}
//
//@ control: argc is 1
//@ argv0: name
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: first: "name"
//@ stdout: {environment}
//
//@ run: argc is 0, and LD_LIBRARY_PATH is set
//@ argc: 0
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/u
//@ stdout: first: ""
//@ stdout: {environment}
#include "environment.h"

int main(int argc, char **argv) {
    printf("first: \"%s\"\n", argc > 0 ? argv[0] : "");
    print_entries(environ);
    return 0;
}
