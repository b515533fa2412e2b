// Whether the stack is executable is for the program's PT_GNU_STACK to say. The stub has one of its own,
// and copies part of the stack.
//
//@ program: main main.c
//@ program: execstack main.c -Wl,-z,execstack
//@ library-env: {D}
//
//@ run: not executable
//@ command: /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: rw-p
//
//@ control: executable
//@ command: /t/execstack
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: rwxp
#include <stdio.h>
#include <string.h>

int main(void) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    while (fgets(line, sizeof line, maps))
        if (strstr(line, "[stack]"))
            printf("%.4s\n", strchr(line, ' ') + 1);
    return 0;
}
