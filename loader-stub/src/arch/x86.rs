//! 32-bit x86: System V ABI, Intel386 supplement, section 2.3 (process initialization); system calls as in the
//! kernel's arch/x86/entry/entry_32.S.

use core::arch::{asm, naked_asm};
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
        "jmp [ecx + {entry}]",
        restores = const core::mem::offset_of!(Epilogue, restores),
        entry = const core::mem::offset_of!(Epilogue, entry),
    )
}

/// A system call.
///
/// # Safety
/// Whatever the call does to memory must be sound.
pub(crate) unsafe fn syscall(number: libc::c_long, arguments: [usize; 6]) -> isize {
    // SAFETY: the caller answers for what the kernel does; the arguments are six words in a row.
    unsafe { syscall_from(number, &arguments) }
}

/// A system call with the arguments in memory: the compiler does not give away the registers that they have
/// to be in.
#[unsafe(naked)]
unsafe extern "C" fn syscall_from(number: libc::c_long, arguments: &[usize; 6]) -> isize {
    naked_asm!(
        "push ebp",
        "push ebx",
        "push esi",
        "push edi",
        "mov eax, [esp + 20]",
        "mov ebp, [esp + 24]",
        "mov ebx, [ebp]",
        "mov ecx, [ebp + 4]",
        "mov edx, [ebp + 8]",
        "mov esi, [ebp + 12]",
        "mov edi, [ebp + 16]",
        "mov ebp, [ebp + 20]",
        "int 0x80",
        "pop edi",
        "pop esi",
        "pop ebx",
        "pop ebp",
        "ret",
    )
}

/// Copies bytes, the lowest first.
///
/// # Safety
/// The memory is there; if it overlaps, `to` is below `from`.
pub(crate) unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
    // SAFETY: the caller answers for the memory; the direction flag is clear, as the ABI has it. The compiler
    // keeps esi for itself, so it gets it back.
    unsafe {
        asm!("xchg esi, {from}", "rep movsb", "mov esi, {from}",
             from = inout(reg) from => _, inout("ecx") count => _, inout("edi") to => _,
             options(nostack, preserves_flags));
    }
}

/// Fills bytes.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn fill_bytes(to: *mut u8, byte: u8, count: usize) {
    // SAFETY: as above.
    unsafe {
        asm!("rep stosb", inout("ecx") count => _, inout("edi") to => _, in("al") byte,
             options(nostack, preserves_flags));
    }
}

/// Sets words to 0.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn clear_words(to: *mut usize, count: usize) {
    // SAFETY: as above.
    unsafe {
        asm!("rep stosd", inout("ecx") count => _, inout("edi") to => _, in("eax") 0_usize,
             options(nostack, preserves_flags));
    }
}
