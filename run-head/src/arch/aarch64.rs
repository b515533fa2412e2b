//! aarch64: System V ABI for the Arm 64-bit architecture, section "Process Initialization".

use core::arch::naked_asm;

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
