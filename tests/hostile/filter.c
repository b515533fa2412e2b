// Installs a seccomp filter and starts a program: filter ACTION NUMBER[,NUMBER...] PROGRAM [ARGUMENT...]
// ACTION is `only` (all other system calls kill the process) or `not` (these give EPERM). execve is allowed.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
    struct sock_filter filter[128];
    int length = 0, is_only = strcmp(argv[1], "only") == 0;
    unsigned listed = is_only ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM;
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    for (char *number = strtok(argv[2], ","); number; number = strtok(NULL, ",")) {
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, atoi(number), 0, 1);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, listed);
    }
    unsigned other = is_only ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ALLOW;
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, other);
    struct sock_fprog program = {length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("seccomp");
        return 99;
    }
    execve(argv[3], argv + 3, environ);
    return 98;
}
