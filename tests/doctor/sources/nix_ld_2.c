/* What a file has to have for nix-ld 2.x: the beginning of its messages. */
#include <stdio.h>

int main(void) {
    fputs("[nix-ld] FATAL: nothing to do\n", stderr);
    return 1;
}
