//! x86-64: System V ABI, AMD64 supplement, section 3.4 (process initialization).

use core::arch::naked_asm;
use core::ffi::c_void;

use loader_stub::block::Epilogue;

/// `R_X86_64_RELATIVE`
pub(crate) const RELATIVE: usize = 8;
/// The system call that maps pages, and the unit of its offset in bytes.
pub(crate) const MMAP: (libc::c_long, usize) = (libc::SYS_mmap, 1);

/// The first instruction. The stack is as the kernel left it, the other registers hold nothing.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        "xor ebp, ebp", // the outermost frame, for debuggers
        "mov rdi, rsp",
        "lea rsi, [rip + _DYNAMIC]",
        "lea rdx, [rip + __ehdr_start]",
        "and rsp, -16",
        "call {start}",
        "ud2",
        start = sym crate::start::start,
    )
}

/// Goes on at `entry` with the stack pointer at `stack`, as the kernel would have started it: rdx, the
/// function to register with `atexit`, is 0.
///
/// # Safety
/// There is an initial stack at `stack`, and code at `entry` that expects one.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn jump(stack: *const usize, entry: usize) -> ! {
    naked_asm!("mov rsp, rdi", "xor edx, edx", "xor ebp, ebp", "jmp rsi")
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
        "sub rsp, rdi",
        "and rsp, -16",
        "mov rdi, rsp",
        "call rdx",
        "ud2"
    )
}

/// What a program's entry point is to the loader in the environment plan: finds the [`Epilogue`] behind the
/// stack's auxiliary vector, carries it out, and goes on at the program's entry. Only rax, r10 and r11 are
/// used, which hold nothing here; rdx, which the loader has set, reaches the program.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn trampoline() -> ! {
    naked_asm!(
        "mov r11, [rsp]",
        "lea r11, [rsp + 8 * r11 + 16]", // behind argc, argv and its NULL
        "2: mov rax, [r11]",
        "add r11, 8",
        "test rax, rax",
        "jne 2b",
        "3: mov rax, [r11]",
        "add r11, 16",
        "test rax, rax",
        "jne 3b",
        "mov rax, [r11 + {restores}]",
        "mov r10, [r11 + {restores} + 8]",
        "mov [rax], r10",
        "mov rax, [r11 + {restores} + 16]",
        "mov r10, [r11 + {restores} + 24]",
        "mov [rax], r10",
        "mov rax, [r11 + {restores} + 32]",
        "mov r10, [r11 + {restores} + 40]",
        "mov [rax], r10",
        "mov rax, [r11 + {restores} + 48]",
        "mov r10, [r11 + {restores} + 56]",
        "mov [rax], r10",
        "jmp [r11 + {entry}]",
        restores = const core::mem::offset_of!(Epilogue, restores),
        entry = const core::mem::offset_of!(Epilogue, entry),
    )
}
