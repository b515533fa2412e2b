// dlopen finds libraries of the library environment by name, long after the stub is gone, and after the
// program has changed its directory and its environment.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c
//@ library-env: {D} libraries
//
//@ run: in the library environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: libraries
//
//@ run: with an LD_LIBRARY_PATH
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: libraries
//
//@ control: no library environment
//@ env: LD_LIBRARY_PATH={glibc}
//@ env: NIX_LD={loader}
//@ exit: 1
//@ stdout-has: libwhere.so: cannot open shared object file
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
    if (chdir("/") != 0 || clearenv() != 0)
        return 2;
    void *library = dlopen("libwhere.so", RTLD_NOW);
    if (!library) {
        puts(dlerror());
        return 1;
    }
    const char *(*where)(void) = dlsym(library, "where");
    puts(where());
    return 0;
}
