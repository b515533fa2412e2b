//! aarch64: System V ABI for the Arm 64-bit architecture, section "Process Initialization".

use core::arch::naked_asm;
use core::ffi::c_void;

use loader_stub::block::Epilogue;

/// `R_AARCH64_RELATIVE`
pub(crate) const RELATIVE: usize = 1027;
/// The system call that maps pages, and the unit of its offset in bytes.
pub(crate) const MMAP: (libc::c_long, usize) = (libc::SYS_mmap, 1);

/// The first instruction. The stack is as the kernel left it, the other registers hold nothing.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        "mov x29, #0", // the outermost frame, for debuggers
        "mov x30, #0",
        "mov x0, sp",
        "adrp x1, _DYNAMIC",
        "add x1, x1, :lo12:_DYNAMIC",
        "adrp x2, __ehdr_start",
        "add x2, x2, :lo12:__ehdr_start",
        "bl {start}",
        "brk #1",
        start = sym crate::start::start,
    )
}

/// Goes on at `entry` with the stack pointer at `stack`, as the kernel would have started it: x0, the
/// function to register with `atexit`, is 0.
///
/// # Safety
/// There is an initial stack at `stack`, and code at `entry` that expects one.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn jump(stack: *const usize, entry: usize) -> ! {
    // A jump through x16 may land where branch target identification expects one.
    naked_asm!(
        "mov x16, x1",
        "mov sp, x0",
        "mov x0, #0",
        "mov x29, #0",
        "mov x30, #0",
        "br x16"
    )
}

/// Calls `function(memory, argument)`, where `memory` is `size` bytes aligned to 16, below everything that
/// the caller has on its stack and above what the function puts there.
///
/// # Safety
/// `function` may be called with `argument`.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn on_lower_stack(
    size: usize,
    argument: *const c_void,
    function: unsafe extern "C" fn(memory: *mut usize, argument: *const c_void) -> !,
) -> ! {
    naked_asm!(
        "sub x9, sp, x0",
        "and sp, x9, #-16",
        "mov x0, sp",
        "blr x2",
        "brk #1"
    )
}

/// What a program's entry point is to the loader in the environment plan: finds the [`Epilogue`] behind the
/// stack's auxiliary vector, carries it out, and goes on at the program's entry. Only x9 to x11 and x16 are
/// used, which hold nothing here; x0, which the loader has set, reaches the program.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn trampoline() -> ! {
    naked_asm!(
        "bti j",
        "ldr x9, [sp]",
        "add x9, sp, x9, lsl #3", // behind argc, argv and its NULL
        "add x9, x9, #16",
        "2: ldr x10, [x9], #8",
        "cbnz x10, 2b",
        "3: ldr x10, [x9], #16",
        "cbnz x10, 3b",
        "ldp x10, x11, [x9, #{first}]",
        "str x11, [x10]",
        "ldp x10, x11, [x9, #{second}]",
        "str x11, [x10]",
        "ldp x10, x11, [x9, #{third}]",
        "str x11, [x10]",
        "ldp x10, x11, [x9, #{fourth}]",
        "str x11, [x10]",
        "ldr x16, [x9, #{entry}]",
        "br x16",
        first = const core::mem::offset_of!(Epilogue, restores),
        second = const core::mem::offset_of!(Epilogue, restores) + 16,
        third = const core::mem::offset_of!(Epilogue, restores) + 32,
        fourth = const core::mem::offset_of!(Epilogue, restores) + 48,
        entry = const core::mem::offset_of!(Epilogue, entry),
    )
}
