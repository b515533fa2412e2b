// The first process of the virtual machine. It does what /cases says and says on the console what happened.
//
// A case is a line: STUB LIBRARY_ENV PROGRAM ARGUMENT... The stub is put in the place of the loader, and the
// program is started with the library environment. What it prints is on the console after the line
// "case N", and followed by the line "case N: exit STATUS" or "case N: signal NUMBER". The last line says
// "end of cases".
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const char PLACE[] = "/lib64/ld-linux-x86-64.so.2";

static void power_off(void) {
    // What is on its way to the console would be lost.
    tcdrain(STDOUT_FILENO);
    reboot(RB_POWER_OFF);
}

static void fail(const char *what) {
    perror(what);
    power_off();
}

static void start(char **words) {
    char variable[256];
    char *environment[] = {variable, "NIX_LD_LOG=info", NULL};
    snprintf(variable, sizeof variable, "NIX_LD_LIBRARY_PATH=%s", words[1]);
    execve(words[2], words + 2, environment);
    perror(words[2]);
    _exit(126);
}

static void run(int number, char *line) {
    char *words[8] = {NULL};
    char *rest = line;
    for (int count = 0; count < 7 && (words[count] = strtok_r(rest, " \n", &rest)); count++) {
    }
    if (!words[2])
        fail(line);
    unlink(PLACE);
    if (symlink(words[0], PLACE))
        fail(PLACE);

    printf("case %d\n", number);
    int status;
    pid_t child = fork();
    if (child == 0)
        start(words);
    if (child < 0 || waitpid(child, &status, 0) != child)
        fail("case");
    if (WIFSIGNALED(status))
        printf("case %d: signal %d\n", number, WTERMSIG(status));
    else
        printf("case %d: exit %d\n", number, WEXITSTATUS(status));
}

int main(void) {
    // What a child inherits unwritten, it writes once more.
    setvbuf(stdout, NULL, _IONBF, 0);
    if (mount("proc", "/proc", "proc", 0, NULL))
        fail("/proc");
    FILE *cases = fopen("/cases", "r");
    if (!cases)
        fail("/cases");
    char line[1024];
    for (int number = 0; fgets(line, sizeof line, cases); number++)
        run(number, line);
    puts("end of cases");
    power_off();
}
