// A loader that cannot be used is skipped for the next candidate: with an info line, and otherwise silently.
//
//@ program: main main.c
//@ program: i386 i386.c -m32 -nostdlib -shared -fPIC
//@ program: static main.c -static
//@ file: text This is no loader.
//@ file: empty 
//@ truncated-loader: header 64
//@ truncated-loader: half 100000
//@ fifo: fifo
//@ library-env: {D}
//
//@ run: a missing one
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/nothing (from NIX_LD): No such file or directory
//@ stderr-has: nix-ld: loader {D}/ld.so (from the library environment in use): this is the loader
//
//@ control: no other candidate
//@ env: NIX_LD=/t/nothing
//@ exit: 127
//@ stderr-has: cannot run
//
//@ run: a missing one, without info lines
//@ env: NIX_LD=/t/nothing
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: runs
//
//@ run: one of another architecture
//@ env: NIX_LD=/t/i386
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/i386 (from NIX_LD): made for another architecture
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: a text
//@ env: NIX_LD=/t/text
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/text (from NIX_LD): not an ELF file
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: an empty file
//@ env: NIX_LD=/t/empty
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/empty (from NIX_LD): not an ELF file
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: a directory
//@ env: NIX_LD=/t
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t (from NIX_LD): Is a directory
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: a FIFO that nobody writes to
//@ env: NIX_LD=/t/fifo
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/fifo (from NIX_LD): Illegal seek
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: a program at fixed addresses
//@ env: NIX_LD=/t/static
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/static (from NIX_LD): not a loader
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: the header of a loader
//@ env: NIX_LD=/t/header
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/header (from NIX_LD): damaged: its program headers
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: half a loader
//@ env: NIX_LD=/t/half
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/half (from NIX_LD): damaged: its segments
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: the stub itself
//@ env: NIX_LD=/lib64/ld-linux-x86-64.so.2
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /lib64/ld-linux-x86-64.so.2 (from NIX_LD): a stub itself, and no real loader
//@ stderr-has: {D}/ld.so (from the library environment in use): this is the loader
//
//@ run: a file below a file
//@ env: NIX_LD=/t/text/ld.so
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/text/ld.so (from NIX_LD): Not a directory
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
