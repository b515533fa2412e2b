// A system can refuse to take the stub's permission to write away again. Then the loader is mapped once more, as its
// file has it, and the libraries get to it by its environment. This program lets a filter refuse what only the stub
// asks for: mprotect(..., PROT_READ) of many pages.
//
//@ not-emulated: QEMU has no seccomp filters
//@ library: libraries/libwhere.so where.c
//@ program: program program.c /t/libraries/libwhere.so
//@ program: main main.c -static
//@ loader: as-it-is
//@ library-env: {D} libraries
//
//@ run: refused
//@ plan: cache
//@ command: /t/main refuse /t/program
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from {D} by the loader's environment
//
//@ control: not refused
//@ command: /t/main allow /t/program
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr-has: libraries from {D} by the loader's cache
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOW_HALF(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))

static int refuse(void) {
    struct sock_filter filter[] = {
        LOW_HALF(nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 5),
        LOW_HALF(args[2]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROT_READ, 0, 3),
        LOW_HALF(args[1]),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 128 << 10, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv) {
    if (strcmp(argv[1], "refuse") == 0 && refuse())
        return 2;
    execv(argv[2], argv + 2);
    return 3;
}
