//! x86-64: System V ABI, AMD64 supplement, section 3.4 (process initialization).

use core::arch::naked_asm;

/// The first instruction. The stack is as the kernel left it.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        "xor ebp, ebp", // the outermost frame, for debuggers
        "mov rdi, rsp",
        "and rsp, -16",
        "call {start}",
        "ud2",
        start = sym crate::start,
    )
}
