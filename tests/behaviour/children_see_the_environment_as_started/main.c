// Children get the environment that the program was started with, whether LD_LIBRARY_PATH is absent,
// present, empty, or there twice. The second child is a static program, for which no stub tidies up.
//
//@ program: main main.c
//@ program: static child.c -static
//@ library-env: {D}
//
//@ run: absent
//@ env: A=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: B=2
//@ stdout: itself
//@ stdout: {environment}
//@ stdout: another
//@ stdout: {environment}
//
//@ run: present
//@ env: A=1
//@ env: LD_LIBRARY_PATH=/u
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: itself
//@ stdout: {environment}
//@ stdout: another
//@ stdout: {environment}
//
//@ run: empty
//@ env: LD_LIBRARY_PATH=
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: A=1
//@ stdout: itself
//@ stdout: {environment}
//@ stdout: another
//@ stdout: {environment}
//
//@ run: twice
//@ not-emulated: QEMU gives a program no duplicate variables
//@ env: LD_LIBRARY_PATH=/u
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/v
//@ stdout: itself
//@ stdout: {environment}
//@ stdout: another
//@ stdout: {environment}
//
// What the stub does for the real loader, done by hand: this the children see.
//@ control: libraries named in LD_LIBRARY_PATH
//@ env: NIX_LD={D}/ld.so
//@ env: LD_LIBRARY_PATH={D}
//@ stdout: itself
//@ stdout: NIX_LD={D}/ld.so
//@ stdout: LD_LIBRARY_PATH={D}
//@ stdout: another
//@ stdout: NIX_LD={D}/ld.so
//@ stdout: LD_LIBRARY_PATH={D}
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "environment.h"

static void start(const char *program, char *argument) {
    printf("%s\n", argument);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execve(program, (char *[]){argument, "child", NULL}, environ);
        perror(program);
        _exit(1);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0)
        exit(2);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        print_entries(environ);
        return 0;
    }
    start("/proc/self/exe", "itself");
    start("/t/static", "another");
    return 0;
}
