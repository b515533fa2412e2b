// A library of the library environment needs another one, and a library from elsewhere needs one too.
//
//@ library: libraries/libwhere.so where.c
//@ library: libraries/libouter.so outer.c /t/libraries/libwhere.so
//@ library: user/libouter.so outer.c /t/libraries/libwhere.so
//@ library: user-with-runpath/libouter.so outer.c /t/libraries/libwhere.so -Wl,-rpath,/t/nothing
//@ program: main main.c /t/libraries/libouter.so
//@ library-env: {D} libraries
//
//@ run: a library of the library environment needs another
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: libraries needs libraries
//
//@ run: a library of LD_LIBRARY_PATH needs one of the library environment
//@ env: LD_LIBRARY_PATH=/t/user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: user needs libraries
//
//@ run: a library with a RUNPATH needs one of the library environment
//@ env: LD_LIBRARY_PATH=/t/user-with-runpath
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: user-with-runpath needs libraries
//
//@ control: no library environment
//@ env: LD_LIBRARY_PATH=/t/user:{glibc}
//@ env: NIX_LD={loader}
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
#include <stdio.h>

const char *outer(void);
const char *inner(void);

int main(void) {
    printf("%s needs %s\n", outer(), inner());
    return 0;
}
