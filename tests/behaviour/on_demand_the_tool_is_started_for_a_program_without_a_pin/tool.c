// Stands for `ldshim`: says how it was started, on stdout.
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    printf("tool:");
    for (int i = 1; i < argc; i++) {
        printf(" %s", argv[i]);
    }
    puts("");
    for (char **entry = environ; *entry; entry++) {
        printf("tool: %s\n", *entry);
    }
    return 0;
}
