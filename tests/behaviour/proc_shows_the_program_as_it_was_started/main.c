// /proc/self/exe is the program itself, and so is AT_EXECFN; /proc/self/cmdline and /proc/self/environ show
// what it was executed with. Programs find their files by these, and debuggers and service managers read them.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: LD_LIBRARY_PATH is absent
//@ argv0: name
//@ command: /t/main a b
//@ env: A=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: exe: /t/main
//@ stdout: AT_EXECFN: /t/main
//@ stdout: name
//@ stdout: a
//@ stdout: b
//@ stdout: {environment}
//
//@ run: LD_LIBRARY_PATH is present
//@ argv0: name
//@ command: /t/main a b
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/u
//@ stdout: exe: /t/main
//@ stdout: AT_EXECFN: /t/main
//@ stdout: name
//@ stdout: a
//@ stdout: b
//@ stdout: {environment}
//
// The same started through the real loader by hand, as wrappers do.
//@ control: the loader is the program
//@ stub: none
//@ argv0: name
//@ command: {loader} /t/main a b
//@ env: LD_LIBRARY_PATH={D}
//@ stdout: exe: {loader}
//@ stdout: AT_EXECFN: /t/main
//@ stdout: name
//@ stdout: /t/main
//@ stdout: a
//@ stdout: b
//@ stdout: {environment}
#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>

// A file whose lines end with NUL.
static void print(const char *path) {
    FILE *file = fopen(path, "r");
    for (int c; (c = getc(file)) != EOF;)
        putchar(c ? c : '\n');
    fclose(file);
}

int main(void) {
    char exe[4096];
    ssize_t length = readlink("/proc/self/exe", exe, sizeof exe);
    printf("exe: %.*s\n", (int)length, exe);
    printf("AT_EXECFN: %s\n", (const char *)getauxval(AT_EXECFN));
    print("/proc/self/cmdline");
    print("/proc/self/environ");
    return 0;
}
