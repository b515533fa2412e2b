//! 32-bit x86: System V ABI, Intel386 supplement, section 2.3 (process initialization).

use core::arch::naked_asm;
use core::ffi::c_void;

use loader_stub::block::Epilogue;

/// `R_386_RELATIVE`
pub(crate) const RELATIVE: usize = 8;
/// The system call that maps pages, and the unit of its offset in bytes. `SYS_mmap` itself takes a structure.
pub(crate) const MMAP: (libc::c_long, usize) = (libc::SYS_mmap2, 4096);

/// The first instruction. The stack is as the kernel left it, the other registers hold nothing.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!(
        "xorl %ebp, %ebp", // the outermost frame, for debuggers
        "movl %esp, %eax",
        "call 2f", // where this is, for there are no addresses relative to eip
        "2: popl %ebx",
        "leal _DYNAMIC - 2b(%ebx), %ecx",
        "leal __ehdr_start - 2b(%ebx), %edx",
        "andl $-16, %esp",
        "subl $4, %esp",
        "pushl %edx",
        "pushl %ecx",
        "pushl %eax",
        "call {start}",
        "ud2",
        start = sym crate::start::start,
        options(att_syntax), // the other syntax has no way to write a difference of addresses
    )
}

/// Goes on at `entry` with the stack pointer at `stack`, as the kernel would have started it: edx, the
/// function to register with `atexit`, is 0.
///
/// # Safety
/// There is an initial stack at `stack`, and code at `entry` that expects one.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn jump(stack: *const usize, entry: usize) -> ! {
    naked_asm!(
        "mov ecx, [esp + 8]",
        "mov esp, [esp + 4]",
        "xor edx, edx",
        "xor ebp, ebp",
        "jmp ecx"
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
        "mov ecx, [esp + 4]",
        "mov edx, [esp + 8]",
        "mov eax, [esp + 12]",
        "sub esp, ecx",
        "and esp, -16",
        "mov ecx, esp",
        "sub esp, 8", // with the arguments, whole 16 bytes
        "push edx",
        "push ecx",
        "call eax",
        "ud2",
    )
}

/// What a program's entry point is to the loader in the environment plan: finds the [`Epilogue`] behind the
/// stack's auxiliary vector, carries it out, and goes on at the program's entry. Only eax, ebx and ecx are
/// used, which hold nothing here; edx, which the loader has set, reaches the program.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn trampoline() -> ! {
    naked_asm!(
        "mov ecx, [esp]",
        "lea ecx, [esp + 4 * ecx + 8]", // behind argc, argv and its NULL
        "2: mov eax, [ecx]",
        "add ecx, 4",
        "test eax, eax",
        "jne 2b",
        "3: mov eax, [ecx]",
        "add ecx, 8",
        "test eax, eax",
        "jne 3b",
        "mov eax, [ecx + {restores}]",
        "mov ebx, [ecx + {restores} + 4]",
        "mov [eax], ebx",
        "mov eax, [ecx + {restores} + 8]",
        "mov ebx, [ecx + {restores} + 12]",
        "mov [eax], ebx",
        "mov eax, [ecx + {restores} + 16]",
        "mov ebx, [ecx + {restores} + 20]",
        "mov [eax], ebx",
        "mov eax, [ecx + {restores} + 24]",
        "mov ebx, [ecx + {restores} + 28]",
        "mov [eax], ebx",
        "jmp [ecx + {entry}]",
        restores = const core::mem::offset_of!(Epilogue, restores),
        entry = const core::mem::offset_of!(Epilogue, entry),
    )
}
