// Pages of 16 and of 64 KiB, which kernels for aarch64 have as well, do with both plans. The stub's own file and
// the real loader's are laid out for them.
//
//@ only: aarch64 the loaders of the others are laid out for pages of 4 KiB
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: {D} libraries
//
// QEMU's own setting.
//@ run: 64 KiB
//@ env: QEMU_PAGESIZE=65536
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries, with pages of 64 KiB
//
//@ control: 4 KiB
//@ env: QEMU_PAGESIZE=4096
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries, with pages of 4 KiB
//
//@ run: 16 KiB
//@ env: QEMU_PAGESIZE=16384
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries, with pages of 16 KiB
#include <stdio.h>
#include <sys/auxv.h>

const char *where(void);

int main(void) {
    printf("found in %s, with pages of %lu KiB\n", where(), getauxval(AT_PAGESZ) / 1024);
    return 0;
}
