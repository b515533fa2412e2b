// main, the program's own constructors and code that runs after a dlopen see the environment as it was
// given; `environ`, main's envp and the entries on the stack are the same.
//
//@ library: plugins/libplugin.so plugin.c
//@ program: main main.c
//@ library-env: {D} plugins
//
//@ run: LD_LIBRARY_PATH is absent
//@ env: A=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: B=2
//@ stdout: constructor
//@ stdout: {environment}
//@ stdout: main
//@ stdout: {environment}
//@ stdout: plugin
//@ stdout: {environment}
//@ stdout: after dlopen
//@ stdout: {environment}
//
//@ run: LD_LIBRARY_PATH is present
//@ env: A=1
//@ env: LD_LIBRARY_PATH=/u:/v
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: constructor
//@ stdout: {environment}
//@ stdout: main
//@ stdout: {environment}
//@ stdout: plugin
//@ stdout: {environment}
//@ stdout: after dlopen
//@ stdout: {environment}
//
//@ run: LD_LIBRARY_PATH is empty
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=
//@ stdout: constructor
//@ stdout: {environment}
//@ stdout: main
//@ stdout: {environment}
//@ stdout: plugin
//@ stdout: {environment}
//@ stdout: after dlopen
//@ stdout: {environment}
//
//@ run: LD_LIBRARY_PATH is there twice
//@ not-emulated: QEMU gives a program no duplicate variables
//@ env: LD_LIBRARY_PATH=/u
//@ env: A=a b\x0a\xff\x01c
//@ env: LD_LIBRARY_PATH=/v
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: constructor
//@ stdout: {environment}
//@ stdout: main
//@ stdout: {environment}
//@ stdout: plugin
//@ stdout: {environment}
//@ stdout: after dlopen
//@ stdout: {environment}
//
// What the stub does for the real loader, done by hand: this the program sees.
//@ control: libraries named in LD_LIBRARY_PATH
//@ env: NIX_LD={D}/ld.so
//@ env: LD_LIBRARY_PATH={D}
//@ stdout-has: LD_LIBRARY_PATH={D}
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#include "environment.h"

// argc, argv and NULL are below the environment on the stack.
static char **on_stack(int argc, char **argv) {
    return argv + argc + 1;
}

static void check_same(int argc, char **argv, char **envp) {
    if (environ != envp || envp != on_stack(argc, argv))
        exit(2);
}

__attribute__((constructor)) static void constructor(int argc, char **argv, char **envp) {
    puts("constructor");
    check_same(argc, argv, envp);
    print_entries(envp);
}

int main(int argc, char **argv, char **envp) {
    puts("main");
    check_same(argc, argv, envp);
    print_entries(envp);
    if (!dlopen("libplugin.so", RTLD_NOW)) {
        puts(dlerror());
        return 3;
    }
    puts("after dlopen");
    check_same(argc, argv, envp);
    print_entries(environ);
    return 0;
}
