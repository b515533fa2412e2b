/* Starts itself by the means that its argument names, and says what it and the other one see. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void say(const char *name) {
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length < 0 ? 0 : length] = 0;
    const char *path = getenv("LD_LIBRARY_PATH");
    printf("%s %s %s", name, program, path ? path : "unset");
    if (personality(0xffffffff) & ADDR_NO_RANDOMIZE)
        printf(" fixed");
    puts("");
    fflush(stdout);
}

int main(int argc, char **argv) {
    say(argv[1]);
    char *self = "/proc/self/exe", *child[] = {argv[0], "child", NULL};
    pid_t pid = 0;
    int status = 0;
    if (strcmp(argv[1], "exec") == 0) {
        execv(self, child);
        return 1;
    } else if (strcmp(argv[1], "spawn") == 0) {
        if (posix_spawn(&pid, self, NULL, NULL, child, environ) != 0)
            return 2;
        waitpid(pid, &status, 0);
    } else if (strcmp(argv[1], "vfork") == 0) {
        pid = vfork();
        if (pid == 0) {
            execv(self, child);
            _exit(3);
        }
        waitpid(pid, &status, 0);
    }
    return status != 0;
}
