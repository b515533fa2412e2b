//! riscv64: system calls as in the kernel's arch/riscv/kernel/entry.S.

use core::arch::asm;

/// A system call.
///
/// # Safety
/// Whatever the call does to memory must be sound.
pub(crate) unsafe fn syscall(number: libc::c_long, arguments: [usize; 6]) -> isize {
    let [a, b, c, d, e, f] = arguments;
    let answer;
    // SAFETY: the kernel reads the six argument registers and writes a0 only; what it does to memory, the
    // caller answers for.
    unsafe {
        asm!(
            "ecall",
            in("a7") number,
            inlateout("a0") a => answer,
            in("a1") b, in("a2") c, in("a3") d, in("a4") e, in("a5") f,
            options(nostack),
        );
    }
    answer
}

/// Copies bytes, the lowest first: whole words where both sides are aligned, as vectors of the stack are. What is
/// not aligned would trap on some processors.
///
/// # Safety
/// The memory is there; if it overlaps, `to` is below `from`.
pub(crate) unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
    // SAFETY: the caller answers for the memory.
    unsafe {
        asm!(
            "or {word}, {to}, {from}",
            "andi {word}, {word}, 7",
            "bnez {word}, 3f",
            "2: sltiu {word}, {count}, 8",
            "bnez {word}, 3f",
            "ld {word}, 0({from})",
            "sd {word}, 0({to})",
            "addi {from}, {from}, 8",
            "addi {to}, {to}, 8",
            "addi {count}, {count}, -8",
            "j 2b",
            "3: beqz {count}, 5f",
            "4: lbu {word}, 0({from})",
            "sb {word}, 0({to})",
            "addi {from}, {from}, 1",
            "addi {to}, {to}, 1",
            "addi {count}, {count}, -1",
            "bnez {count}, 4b",
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
            "beqz {count}, 3f",
            "2: sb {byte}, 0({to})",
            "addi {to}, {to}, 1",
            "addi {count}, {count}, -1",
            "bnez {count}, 2b",
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
            "beqz {count}, 3f",
            "2: sd zero, 0({to})",
            "addi {to}, {to}, 8",
            "addi {count}, {count}, -1",
            "bnez {count}, 2b",
            "3:",
            count = inout(reg) count => _, to = inout(reg) to => _,
            options(nostack),
        );
    }
}
