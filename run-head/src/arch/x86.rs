//! i686: System V ABI, Intel386 supplement; the kernel's arch/x86/entry/entry_32.S for system calls.

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
