//! riscv64: RISC-V ELF psABI; the registers at a process's start as in the kernel's arch/riscv/include/asm/elf.h.

use core::arch::naked_asm;

/// The first instruction. The stack is as the kernel left it. `gp` is what the linker's relaxations count from.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        ".option push",
        ".option norelax",
        "lla gp, __global_pointer$",
        ".option pop",
        "li fp, 0", // the outermost frame, for debuggers
        "li ra, 0",
        "mv a0, sp",
        "andi sp, sp, -16",
        "call {start}",
        "unimp",
        start = sym crate::start,
    )
}
