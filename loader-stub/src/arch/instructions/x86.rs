//! 32-bit x86: system calls as in the kernel's arch/x86/entry/entry_32.S.

use core::arch::{asm, naked_asm};

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
