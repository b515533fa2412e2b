/* What a file has to have for nix-ld 1.x: a message of its own. */
#include <stdio.h>

int main(int argc, char **argv) {
    fprintf(stderr, "cannot execute %s: cannot open $NIX_LD (%s)\n", argv[0], argc > 1 ? argv[1] : "");
    return 1;
}
