//! aarch64: system calls as in the kernel's arch/arm64/kernel/entry.S.

use core::arch::asm;

/// A system call.
///
/// # Safety
/// Whatever the call does to memory must be sound.
pub(crate) unsafe fn syscall(number: libc::c_long, arguments: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = arguments;
    let answer;
    // SAFETY: the kernel reads the six argument registers and writes x0 only; what it does to memory, the
    // caller answers for.
    unsafe {
        asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") a => answer,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e, in("x5") f,
            options(nostack),
        );
    }
    answer
}

/// Copies bytes, the lowest first: whole words, which need not be aligned here, and then the rest.
///
/// # Safety
/// The memory is there; if it overlaps, `to` is below `from`.
pub(crate) unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
    // SAFETY: the caller answers for the memory.
    unsafe {
        asm!(
            "subs {count}, {count}, #8",
            "b.lo 3f",
            "2: ldr {word}, [{from}], #8",
            "str {word}, [{to}], #8",
            "subs {count}, {count}, #8",
            "b.hs 2b",
            "3: adds {count}, {count}, #8",
            "b.eq 5f",
            "4: ldrb {word:w}, [{from}], #1",
            "strb {word:w}, [{to}], #1",
            "subs {count}, {count}, #1",
            "b.ne 4b",
            "5:",
            count = inout(reg) count => _, to = inout(reg) to => _, from = inout(reg) from => _, word = out(reg) _,
            options(nostack),
        );
    }
}

/// Fills bytes.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn fill_bytes(to: *mut u8, byte: u8, count: usize) {
    // SAFETY: as above.
    unsafe {
        asm!(
            "cbz {count}, 3f",
            "2: strb {byte:w}, [{to}], #1",
            "subs {count}, {count}, #1",
            "b.ne 2b",
            "3:",
            count = inout(reg) count => _, to = inout(reg) to => _, byte = in(reg) u32::from(byte),
            options(nostack),
        );
    }
}

/// Sets words to 0.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn clear_words(to: *mut usize, count: usize) {
    // SAFETY: as above.
    unsafe {
        asm!(
            "cbz {count}, 3f",
            "2: str xzr, [{to}], #8",
            "subs {count}, {count}, #1",
            "b.ne 2b",
            "3:",
            count = inout(reg) count => _, to = inout(reg) to => _,
            options(nostack),
        );
    }
}
