// A program may be executed with no environment. It gets the default library environment, and its
// environment stays empty.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: /run/current-system/sw/share/nix-ld/lib libraries
//
//@ run: no entry
//@ stdout: found in libraries
//@ stdout: child
//
//@ control: one entry
//@ env: A=1
//@ stdout: found in libraries
//@ stdout: A=1
//@ stdout: child
//@ stdout: A=1
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
