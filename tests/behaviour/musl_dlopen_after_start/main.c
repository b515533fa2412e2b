// In a program of musl dlopen finds libraries of the library environment by name, long after the stub is gone, and after the
// program has changed its directory and its environment.
//
//@ only: x86_64 there is a musl to test with for x86-64 only
//@ musl-library: libraries/libwhere.so where.c
//@ musl-program: main main.c
//@ musl-library-env: /musl-env libraries
//
//@ run: in the library environment
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: libraries
//
//@ run: with an LD_LIBRARY_PATH
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_MUSL_LIBRARY_PATH=/musl-env
//@ stdout: libraries
//
//@ control: no library environment
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_MUSL={musl}
//@ exit: 1
//@ stdout-has: Error loading shared library libwhere.so
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
