// A loader that is linked at another base than 0 is where the kernel would have it: anywhere, and AT_BASE says where its
// address 0 would be; or, if the linker has made it one for fixed addresses (ET_EXEC), at those.
//
//@ only: x86_64 its loaders have a first instruction of their own
//@ program: main main.c
//@ program: main-no-pie main.c -no-pie
//@ program: moved loader.c -static -shared -fPIC -nostdlib -Wl,-Ttext-segment=0x7000000 -Wl,-e,_start
//@ program: fixed loader.c -static-pie -fPIE -nostdlib -Wl,--no-dynamic-linker -Wl,-Ttext-segment=0x7000000
//@ program: low loader.c -static-pie -fPIE -nostdlib -Wl,--no-dynamic-linker -Wl,-Ttext-segment=0x400000
//@ program: at-0 loader.c -static-pie -fPIE -nostdlib -Wl,--no-dynamic-linker
//@ program: names-moved main.c -Wl,--dynamic-linker=/t/moved
//@ program: names-fixed main.c -Wl,--dynamic-linker=/t/fixed
//@ library-env: {D}
//
//@ run: one that can be moved
//@ env: NIX_LD=/t/moved
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: linked at 7000000, and moved
//@ stdout: AT_BASE is where its address 0 would be
//@ stdout: AT_PHDR is the program's
//
//@ run: as the kernel has it
//@ stub: none
//@ command: /t/names-moved
//@ stdout: linked at 7000000, and moved
//@ stdout: AT_BASE is where its address 0 would be
//@ stdout: AT_PHDR is the program's
//
//@ control: linked at 0
//@ command: /t/main
//@ stub: - -
//@ env: NIX_LD=/t/at-0
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: linked at 0, and moved
//@ stdout: AT_BASE is where its address 0 would be
//@ stdout: AT_PHDR is the program's
//
//@ run: one for fixed addresses
//@ env: NIX_LD=/t/fixed
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: linked at 7000000, and there
//@ stdout: AT_BASE is where its address 0 would be
//@ stdout: AT_PHDR is the program's
//
//@ run: as the kernel has that one
//@ stub: none
//@ command: /t/names-fixed
//@ stdout: linked at 7000000, and there
//@ stdout: AT_BASE is where its address 0 would be
//@ stdout: AT_PHDR is the program's
//
//@ run: started directly
//@ env: NIX_LD=/t/fixed
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ command: {loader-path} /t/main
//@ stdout: linked at 7000000, and there
//@ stdout: AT_BASE is where its address 0 would be
//@ stdout: AT_PHDR is its own
//
// The kernel would put it over the program.
//@ run: one for addresses that are taken is skipped
//@ command: /t/main-no-pie
//@ env: NIX_LD=/t/low
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD_LOG=info
//@ stdout: runs
//@ stderr-has: nix-ld: loader /t/low (from NIX_LD): File exists
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
