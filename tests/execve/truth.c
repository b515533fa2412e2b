/* Executes each file whose path is a line of argv[1], and prints for each: the path; what comes of execve, `ok`, the error's
   name, or the signal that ends the process in it; and how the program ends: its exit status, a signal, or `again` if it executes
   something again and again. Whether execve has succeeded is told by its event of ptrace(2). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_STARTS = 30, MOST_TRIES = 100 };

static void child(const char *path, int report) {
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    char *arguments[] = {(char *)path, NULL};
    /* Another test's child may have the file open for writing, between its fork and its exec. */
    for (int tries = 0; tries < MOST_TRIES && (tries == 0 || errno == ETXTBSY); tries++) {
        if (tries > 0)
            usleep(10000);
        execve(path, arguments, environ);
    }
    int error = errno;
    if (write(report, &error, sizeof error) != sizeof error)
        _exit(99);
    _exit(98);
}

static void execute(const char *path) {
    int report[2], status, starts = 0;
    if (pipe2(report, O_CLOEXEC))
        exit(2);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        child(path, report[1]);
    close(report[1]);
    waitpid(pid, &status, 0);
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    for (int deliver = 0;;) {
        ptrace(PTRACE_CONT, pid, 0, deliver);
        if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
            break;
        deliver = WSTOPSIG(status);
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            deliver = 0;
            if (++starts > MOST_STARTS)
                kill(pid, SIGKILL);
        }
    }
    int error = 0;
    if (read(report[0], &error, sizeof error) != sizeof error)
        error = 0;
    close(report[0]);
    printf("%s\t", path);
    if (starts == 0 && error)
        printf("%s\t-\n", strerrorname_np(error));
    else if (starts == 0)
        printf("SIG%s\t-\n", sigabbrev_np(WTERMSIG(status)));
    else if (starts > MOST_STARTS)
        printf("ok\tagain\n");
    else if (WIFSIGNALED(status))
        printf("ok\tSIG%s\n", sigabbrev_np(WTERMSIG(status)));
    else
        printf("ok\t%d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv) {
    FILE *list = fopen(argv[argc - 1], "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (!list)
        return 1;
    while ((length = getline(&line, &room, list)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = 0;
        execute(line);
    }
    return 0;
}
