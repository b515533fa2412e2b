// `--list`, `--verify` and `--version` work as with the real loader.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ program: static static.c -static
//@ library-env: {D} libraries
//
//@ run: --list, cache plan
//@ plan: cache
//@ command: {loader-path} --list /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout-has: libwhere.so => /t/libraries/libwhere.so (0x
//@ stdout-has: libc.so.6 => {glibc}/
//@ stdout-lacks: runs
//
//@ control: --list without libraries
//@ env: NIX_LD={loader}
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
//
//@ run: --list, environment plan
//@ plan: environment
//@ command: {loader-path} --list /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout-has: libwhere.so => {D}/libwhere.so (0x
//@ stdout-has: libc.so.6 => {D}/libc.so.6 (0x
//@ stdout-lacks: runs
//
//@ run: --version
//@ since-glibc: 2.33
//@ command: {loader-path} --version
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout-has: release version 2.
//
//@ run: a flag that needs a program
//@ since-glibc: 2.33
//@ command: {loader-path} --list
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ exit: 1
//@ stderr-has: missing program name
//
//@ run: --verify of a program
//@ command: {loader-path} --verify /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//
//@ control: --verify of a static program
//@ command: {loader-path} --verify /t/static
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ exit: 1
#include <stdio.h>

const char *where(void);

int main(void) {
    printf("runs with %s\n", where());
    return 0;
}
