/* What makeBinaryWrapper of nixpkgs makes of COMMAND. Only its text is read. */
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    setenv("SAID", "by the wrapper's code", 1);
    return execv(PROGRAM, argv);
}

const char * DOCSTRING = "\n\n\n# ------------------------------------------------------------------------------------\n"
"# The C-code for this binary wrapper has been generated using the following command:\n\n\nmakeCWrapper " COMMAND "\n\n\n"
"# (Use `nix-shell -p makeBinaryWrapper` to get access to makeCWrapper in your shell)\n"
"# ------------------------------------------------------------------------------------\n\n\n";
