//! aarch64: "ELF for the Arm 64-bit Architecture"; the kernel's arch/arm64/kernel/entry.S for system calls.

use core::arch::{asm, naked_asm};

/// The first instruction. The stack is as the kernel left it.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        "mov x29, #0", // the outermost frame, for debuggers
        "mov x30, #0",
        "mov x0, sp",
        "bl {start}",
        "brk #1",
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
    // SAFETY: the kernel reads the six argument registers and writes x0 only; what it does to memory, the
    // caller answers for.
    unsafe {
        asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") a => answer,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e, in("x5") f,
            options(nostack),
        );
    }
    answer
}
