// A library bundled with a program, found through RUNPATH or RPATH with $ORIGIN, is not shadowed by one of
// the same name in the library environment: with the cache plan. RPATH comes before LD_LIBRARY_PATH, and so
// it holds with the environment plan too.
//
//@ library: libraries/libwhere.so where.c
//@ library: app/lib/bundled/libwhere.so where.c
//@ program: app/bin/runpath main.c /t/libraries/libwhere.so -Wl,--enable-new-dtags,-rpath,$ORIGIN/../lib/bundled
//@ program: app/bin/rpath main.c /t/libraries/libwhere.so -Wl,--disable-new-dtags,-rpath,$ORIGIN/../lib/bundled
//@ program: app/bin/neither main.c /t/libraries/libwhere.so
//@ library-env: {D} libraries
//
//@ run: RUNPATH
//@ plan: cache
//@ command: /t/app/bin/runpath
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: bundled
//
//@ control: RUNPATH with the environment plan
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: libraries
//
//@ run: RPATH
//@ command: /t/app/bin/rpath
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: bundled
//
//@ control: a program without either
//@ command: /t/app/bin/neither
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: libraries
#include <stdio.h>

const char *where(void);

int main(void) {
    puts(where());
    return 0;
}
