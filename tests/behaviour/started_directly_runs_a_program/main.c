// The stub with a program as its argument works as the real loader does: its flags too. Children inherit
// nothing, whichever the mechanism.
//
//@ library: libraries/libwhere.so where.c
//@ library: libraries/libpreload.so where.c
//@ library: user/libwhere.so where.c
//@ library: preload/libpreload.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ program: static child.c -static
//@ library-env: {D} libraries
//
//@ run: a program
//@ command: {loader-path} /t/main
//@ env: A=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: /t/main: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: without libraries
//@ env: A=1
//@ env: NIX_LD={loader}
//@ exit: 127
//@ stderr-has: error while loading shared libraries: libwhere.so
//
//@ run: a program and LD_LIBRARY_PATH
//@ command: {loader-path} /t/main
//@ env: LD_LIBRARY_PATH=/t/user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: /t/main: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: --library-path
//@ command: {loader-path} --library-path /t/user /t/main
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: /t/main: found in user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ control: --library-path without the library
//@ command: {loader-path} --library-path /t/nothing /t/main
//@ env: LD_LIBRARY_PATH=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: /t/main: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: --argv0
//@ since-glibc: 2.33
//@ command: {loader-path} --argv0 name /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: name: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: --preload
//@ command: {loader-path} --preload /t/preload/libpreload.so /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: /t/main: found in preload
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: arguments of the program that look like the loader's
//@ command: {loader-path} /t/main --library-path /t/user
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: /t/main: found in libraries
//@ stdout: --library-path
//@ stdout: /t/user
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//
//@ run: a missing program
//@ command: {loader-path} /t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ exit: 127
//@ stderr-has: /t/nothing: cannot open shared object file
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "environment.h"

const char *where(void);

int main(int argc, char **argv) {
    printf("%s: found in %s\n", argv[0], where());
    for (int i = 1; i < argc; i++)
        puts(argv[i]);
    print_entries(environ);
    puts("child");
    fflush(stdout);
    if (fork() == 0) {
        execl("/t/static", "child", NULL);
        _exit(1);
    }
    int status;
    return wait(&status) < 0 || status != 0;
}
