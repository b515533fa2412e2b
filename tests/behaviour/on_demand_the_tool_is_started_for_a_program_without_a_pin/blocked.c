// Executes a program with SIGCHLD blocked; with a second argument, one waits to be delivered.
#include <signal.h>
#include <unistd.h>

int main(int argc, char **argv) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (argc > 2) {
        raise(SIGCHLD);
    }
    argv[2] = NULL;
    execv(argv[1], argv + 1);
    return 1;
}
