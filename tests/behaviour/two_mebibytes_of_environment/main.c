// An environment of 2 MiB, in 20 entries, reaches the program as it is.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: LD_LIBRARY_PATH is absent
//@ stack-limit: 64
//@ env: A=1
//@ env-fill: 20 104858
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: B=2
//@ stdout: {environment}
//
//@ control: one byte less
//@ not-emulated: QEMU gives a program no duplicate variables
//@ env: A=1
//@ env-fill: 19 104858
//@ env-fill: 1 104857
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: B=2
//@ stdout: {environment}
//
//@ run: LD_LIBRARY_PATH is present
//@ stack-limit: 64
//@ env: A=1
//@ env: LD_LIBRARY_PATH=/u
//@ env-fill: 20 104858
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: {environment}
#include "environment.h"

int main(void) {
    print_entries(environ);
    return 0;
}
