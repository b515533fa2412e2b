// If there is no loader that can be used, the stub says so in one line, which is about the first candidate,
// and ends with 127. NIX_LD_LOG=error does not silence it.
//
//@ program: main main.c
//@ file: text This is no loader.
//@ library-env: {D}
//
//@ run: NIX_LD is missing
//@ env: NIX_LD=/t/nothing
//@ exit: 127
//@ stderr: nix-ld: cannot run /t/main: loader /t/nothing: No such file or directory (from NIX_LD: set it to the loader of a glibc, or unset it)
//
//@ control: another candidate
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: runs
//
//@ run: nothing is named
//@ exit: 127
//@ stderr: nix-ld: cannot run /t/main: loader /run/current-system/sw/share/nix-ld/lib/ld.so: No such file or directory (from the system's default: enable programs.nix-ld, or set NIX_LD to the loader of a glibc)
//
//@ run: NIX_LD is a text, and only errors are asked for
//@ env: NIX_LD=/t/text
//@ env: NIX_LD_LOG=error
//@ exit: 127
//@ stderr: nix-ld: cannot run /t/main: loader /t/text: not an ELF file (from NIX_LD: set it to the loader of a glibc, or unset it)
//
//@ run: a library environment without a loader
//@ env: NIX_LD_LIBRARY_PATH=/t
//@ exit: 127
//@ stderr: nix-ld: cannot run /t/main: loader /t/ld.so: No such file or directory (from the library environment in use: build that again, or set NIX_LD to the loader of a glibc)
//
//@ run: the stub itself
//@ env: NIX_LD=/lib64/ld-linux-x86-64.so.2
//@ exit: 127
//@ stderr: nix-ld: cannot run /t/main: loader /lib64/ld-linux-x86-64.so.2: a stub itself, and no real loader (from NIX_LD: set it to the loader of a glibc, or unset it)
//
//@ run: started directly
//@ command: /lib64/ld-linux-x86-64.so.2 /t/main
//@ env: NIX_LD=/t/nothing
//@ exit: 127
//@ stderr-has: loader /t/nothing: No such file or directory (from NIX_LD: set it to the loader of a glibc, or unset it)
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
