// LD_BIND_NOW works as ever: a function that no library has is missed at the start, not at its call.
//
//@ library: full/libwhere.so where.c -DWITH_LATER
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/full/libwhere.so -Wl,-z,lazy
//@ library-env: {D} libraries
//
//@ run: LD_BIND_NOW is set
//@ env: LD_BIND_NOW=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ exit: 127
//@ stderr-has: symbol lookup error: /t/main: undefined symbol: later
//
//@ control: LD_BIND_NOW is not set
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: all functions are there
//@ env: LD_BIND_NOW=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/t/full
//@ stdout: found in full
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

void later(void);

int main(int argc, char **argv) {
    if (argc > 2)
        later();
    return report(argc);
}
