// $ORIGIN in a library of the library environment is the folder in which it really is, with the cache plan:
// the cache has real paths. With the environment plan it is the library environment, where the link is.
//
//@ library: package/plugins/libwhere.so where.c
//@ library: package/lib/libouter.so outer.c /t/package/plugins/libwhere.so -Wl,-rpath,$ORIGIN/../plugins
//@ program: main main.c /t/package/lib/libouter.so
//@ library-env: {D} package
//
//@ run: cache plan
//@ plan: cache
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: lib needs plugins
//
//@ control: environment plan
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
#include <stdio.h>

const char *outer(void);
const char *inner(void);

int main(void) {
    printf("%s needs %s\n", outer(), inner());
    return 0;
}
