// Printing environments, an entry a line, as the directive `{environment}` expects them.
#include <stdio.h>
#include <string.h>

extern char **environ;

static inline void print_entries(char **envp) {
    for (; *envp; envp++) {
        for (const char *c = *envp; *c; c++) {
            if (*c >= ' ' && *c <= '~')
                putchar(*c);
            else
                printf("\\x%02x", (unsigned char)*c);
        }
        putchar('\n');
    }
}
