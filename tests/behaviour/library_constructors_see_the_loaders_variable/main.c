// A documented limit. Constructors of libraries run inside of the real loader, before the program's first
// instruction. With the environment plan they see the LD_LIBRARY_PATH that the stub has made for the loader;
// with the cache plan there is none. The program itself never sees it.
//
//@ library: libraries/libconstructor.so constructor.c
//@ program: main main.c /t/libraries/libconstructor.so
//@ library-env: {D} libraries
//
//@ run: environment plan
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: library: {D}
//@ stdout: program: unset
//
//@ control: cache plan
//@ plan: cache
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: library: unset
//@ stdout: program: unset
//
//@ run: environment plan and a value of the user's
//@ plan: environment
//@ env: LD_LIBRARY_PATH=/u
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: library: /u:{D}
//@ stdout: program: /u
//
//@ control: cache plan and a value of the user's
//@ plan: cache
//@ env: LD_LIBRARY_PATH=/u
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: library: /u
//@ stdout: program: /u
#include <stdio.h>
#include <stdlib.h>

void from_library(void);

int main(void) {
    from_library();
    const char *value = getenv("LD_LIBRARY_PATH");
    printf("program: %s\n", value ? value : "unset");
    return 0;
}
