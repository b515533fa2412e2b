//! riscv64: RISC-V ELF psABI; the registers at a process's start as in the kernel's arch/riscv/include/asm/elf.h.

use core::arch::naked_asm;
use core::ffi::c_void;

use loader_stub::block::Epilogue;

/// `R_RISCV_RELATIVE`
pub(crate) const RELATIVE: usize = 3;
/// The system call that maps pages, and the unit of its offset in bytes.
pub(crate) const MMAP: (libc::c_long, usize) = (libc::SYS_mmap, 1);

/// The first instruction. The stack is as the kernel left it, the other registers hold nothing.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        "li fp, 0", // the outermost frame, for debuggers
        "li ra, 0",
        "mv a0, sp",
        "lla a1, _DYNAMIC",
        "lla a2, __ehdr_start",
        "andi sp, sp, -16",
        "call {start}",
        "unimp",
        start = sym crate::start::start,
    )
}

/// Goes on at `entry` with the stack pointer at `stack`, as the kernel would have started it: a0, the
/// function to register with `atexit`, is 0.
///
/// # Safety
/// There is an initial stack at `stack`, and code at `entry` that expects one.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn jump(stack: *const usize, entry: usize) -> ! {
    naked_asm!(
        "mv t1, a1",
        "mv sp, a0",
        "li a0, 0",
        "li fp, 0",
        "li ra, 0",
        "jr t1"
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
        "sub sp, sp, a0",
        "andi sp, sp, -16",
        "mv a0, sp",
        "jalr a2",
        "unimp"
    )
}

/// What a program's entry point is to the loader in the environment plan: finds the [`Epilogue`] behind the
/// stack's auxiliary vector, carries it out, and goes on at the program's entry. Only t0 to t2 are used,
/// which hold nothing here; a0, which the loader has set, reaches the program.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn trampoline() -> ! {
    naked_asm!(
        "ld t0, 0(sp)",
        "slli t0, t0, 3",
        "add t0, t0, sp",
        "addi t0, t0, 16", // behind argc, argv and its NULL
        "2: ld t1, 0(t0)",
        "addi t0, t0, 8",
        "bnez t1, 2b",
        "3: ld t1, 0(t0)",
        "addi t0, t0, 16",
        "bnez t1, 3b",
        "ld t1, {first}(t0)",
        "ld t2, {first} + 8(t0)",
        "sd t2, 0(t1)",
        "ld t1, {second}(t0)",
        "ld t2, {second} + 8(t0)",
        "sd t2, 0(t1)",
        "ld t1, {third}(t0)",
        "ld t2, {third} + 8(t0)",
        "sd t2, 0(t1)",
        "ld t1, {fourth}(t0)",
        "ld t2, {fourth} + 8(t0)",
        "sd t2, 0(t1)",
        "ld t0, {entry}(t0)",
        "jr t0",
        first = const core::mem::offset_of!(Epilogue, restores),
        second = const core::mem::offset_of!(Epilogue, restores) + 16,
        third = const core::mem::offset_of!(Epilogue, restores) + 32,
        fourth = const core::mem::offset_of!(Epilogue, restores) + 48,
        entry = const core::mem::offset_of!(Epilogue, entry),
    )
}
