// A library's constructor that changes the environment does not carry the loader's LD_LIBRARY_PATH into the
// program: what its copy of the environment leads to is cut to what the user has set. Where the user has set
// nothing, two entries remain of it, which are empty.
//
//@ library: libraries/libconstructor.so constructor.c
//@ library: unused/libconstructor.so unused.c
//@ program: main main.c /t/libraries/libconstructor.so
//@ library-env: {D} libraries
//@ library-env: /unused unused
//
//@ run: a value of the user's
//@ env: LD_LIBRARY_PATH=/u
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: LD_LIBRARY_PATH=/u
//@ stdout: NIX_LD_LIBRARY_PATH={D}
//@ stdout: FROM_LIBRARY=1
//
//@ control: a constructor that changes nothing
//@ env: LD_LIBRARY_PATH=/u
//@ env: NIX_LD_LIBRARY_PATH=/unused
//@ stdout: LD_LIBRARY_PATH=/u
//@ stdout: NIX_LD_LIBRARY_PATH=/unused
//
//@ run: no value, with the environment plan
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: NIX_LD_LIBRARY_PATH={D}
//@ stdout:
//@ stdout:
//@ stdout: FROM_LIBRARY=1
//
//@ control: no value, with the cache plan
//@ plan: cache
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: NIX_LD_LIBRARY_PATH={D}
//@ stdout: FROM_LIBRARY=1
#include <stdio.h>
#include <unistd.h>

void from_library(void);
extern char **environ;

int main(void) {
    from_library();
    for (char **entry = environ; *entry; entry++)
        puts(*entry);
    return 0;
}
