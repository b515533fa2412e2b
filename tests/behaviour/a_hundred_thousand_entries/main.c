// An environment of 100,000 entries reaches the program as it is, and what the stub looks for is found at
// its end.
//
//@ not-emulated: QEMU takes minutes for so many entries
//@ program: main main.c
//@ library-env: {D}
//
//@ run: LD_LIBRARY_PATH is absent
//@ env-fill: 100000 9
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: {environment}
//
//@ control: one entry less
//@ env-fill: 99999 9
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: {environment}
//
//@ run: LD_LIBRARY_PATH is present
//@ env-fill: 99999 9
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/u
//@ stdout: {environment}
#include "environment.h"

int main(void) {
    print_entries(environ);
    return 0;
}
