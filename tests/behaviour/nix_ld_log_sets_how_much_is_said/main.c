// NIX_LD_LOG is error, warn (the default), info, debug or trace, in any case of letters. Another value gets
// a warning. Nothing of this is on stdout.
//
//@ program: main main.c
//@ library-env: {D}
//
//@ run: info
//@ plan: cache
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr: nix-ld: loader {D}/ld.so (from the library environment in use): this is the loader
//@ stderr: nix-ld: libraries from {D} by the loader's cache
//
//@ control: the default
//@ plan: cache
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: runs
//
//@ run: info, with the environment plan
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr: nix-ld: loader {D}/ld.so (from the library environment in use): this is the loader
//@ stderr: nix-ld: libraries from {D} by the loader's environment
//
//@ control: warn
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=warn
//@ stdout: runs
//
//@ run: error
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=error
//@ stdout: runs
//
//@ run: debug says what info says
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=debug
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/nothing (from NIX_LD): No such file or directory
//@ stderr-has: nix-ld: libraries from {D} by
//
//@ run: trace says what info says
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=TRACE
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/nothing (from NIX_LD): No such file or directory
//@ stderr-has: nix-ld: libraries from {D} by
//
//@ run: an unknown level is warn, with a warning
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=loud
//@ stdout: runs
//@ stderr: nix-ld: NIX_LD_LOG is loud: not one of error, warn, info, debug, trace
//
//@ run: an empty level is no level
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=
//@ stdout: runs
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
