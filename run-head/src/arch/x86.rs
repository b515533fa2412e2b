//! 32-bit x86: System V ABI, Intel386 supplement, section 2.3 (process initialization).

use core::arch::naked_asm;

/// The first instruction. The stack is as the kernel left it.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        "xor ebp, ebp", // the outermost frame, for debuggers
        "mov eax, esp",
        "and esp, -16",
        "sub esp, 12",
        "push eax",
        "call {start}",
        "ud2",
        start = sym crate::start,
    )
}
