// For a program with more rights than its caller the stub starts no other, whoever asks for it.
//
//@ program: main main.c
//@ program: tool ../on_demand_the_tool_is_started_for_a_program_without_a_pin/tool.c
//@ setuid: main-setuid
//@ only: x86_64 nixpkgs-like loaders are made for x86-64
//@ loader: nixpkgs-like
//@ library-env: /run/current-system/sw/share/nix-ld/lib
//
//@ run: the variable and the baked configuration say so
//@ user: nobody
//@ command: /t/main-setuid
//@ stub: - - - - yes /t/tool
//@ env: NIX_LD_ON_DEMAND=yes
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: runs
//
//@ control: without the setuid bit
//@ user: nobody
//@ command: /t/main
//@ env: NIX_LD_ON_DEMAND=yes
//@ env: XDG_STATE_HOME=/tmp
//@ stdout: runs
//@ stderr-has: tool: pin --auto yes
#include <stdio.h>

int main(void) {
    puts("runs");
    return 0;
}
