//! riscv64: RISC-V ELF psABI; the kernel's arch/riscv/kernel/entry.S for system calls.

use core::arch::{asm, naked_asm};

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

/// A system call.
///
/// # Safety
/// Whatever the call does to memory must be sound.
pub(crate) unsafe fn syscall(number: libc::c_long, arguments: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = arguments;
    let answer;
    // SAFETY: the kernel reads the six argument registers and writes a0 only; what it does to memory, the
    // caller answers for.
    unsafe {
        asm!(
            "ecall",
            in("a7") number,
            inlateout("a0") a => answer,
            in("a1") b, in("a2") c, in("a3") d, in("a4") e, in("a5") f,
            options(nostack),
        );
    }
    answer
}
