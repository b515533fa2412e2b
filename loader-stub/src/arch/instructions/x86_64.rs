//! x86-64: System V ABI, AMD64 supplement, section A.2.1 (system calls).

use core::arch::asm;

/// A system call.
///
/// # Safety
/// Whatever the call does to memory must be sound.
pub(crate) unsafe fn syscall(number: libc::c_long, arguments: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = arguments;
    let answer;
    // SAFETY: the kernel reads the six argument registers and writes rax, rcx and r11 only; what it does to
    // memory, the caller answers for.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as isize => answer,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    answer
}

/// Copies bytes, the lowest first.
///
/// # Safety
/// The memory is there; if it overlaps, `to` is below `from`.
pub(crate) unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
    // SAFETY: the caller answers for the memory; the direction flag is clear, as the ABI has it.
    unsafe {
        asm!("rep movsb", inout("rcx") count => _, inout("rdi") to => _, inout("rsi") from => _,
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
        asm!("rep stosb", inout("rcx") count => _, inout("rdi") to => _, in("al") byte,
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
        asm!("rep stosq", inout("rcx") count => _, inout("rdi") to => _, in("rax") 0_usize,
             options(nostack, preserves_flags));
    }
}
