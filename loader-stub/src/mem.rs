//! The memory functions that the compiler calls. No library has them for programs without a C library: their targets' own
//! `compiler_builtins` leaves them to it. The head of bundles that unpack themselves has this file too.
//!
//! Names and signatures are those of the C standard, and so is what callers have to see to. The loops are
//! volatile, or instructions of the processor: the compiler would turn plain ones into calls of themselves.

use core::ffi::c_int;

use crate::arch;

#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // SAFETY: the caller's memory is there and does not overlap.
    unsafe { arch::copy_bytes(to, from, count) };
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    if to.addr().wrapping_sub(from.addr()) >= count {
        // SAFETY: going forward, no byte is written before it was read.
        unsafe { arch::copy_bytes(to, from, count) };
        return to;
    }
    for index in (0..count).rev() {
        // SAFETY: the caller's memory is there.
        unsafe {
            to.add(index)
                .write_volatile(from.add(index).read_volatile())
        };
    }
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: c_int, count: usize) -> *mut u8 {
    // SAFETY: the caller's memory is there.
    unsafe { arch::fill_bytes(to, byte as u8, count) };
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, count: usize) -> c_int {
    for index in 0..count {
        // SAFETY: the caller's memory is there.
        let (a, b) = unsafe { (a.add(index).read_volatile(), b.add(index).read_volatile()) };
        if a != b {
            return c_int::from(a) - c_int::from(b);
        }
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, count: usize) -> c_int {
    // SAFETY: the same function but for the sign of its answer.
    unsafe { memcmp(a, b, count) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(text: *const u8) -> usize {
    let mut end = text;
    // SAFETY: the text ends with a NUL, at which the loops end. Words are read from aligned addresses, so the
    // last one may go beyond the text but not beyond the page that the NUL is in.
    unsafe {
        while !end.addr().is_multiple_of(size_of::<usize>()) {
            if end.read_volatile() == 0 {
                return end.addr() - text.addr();
            }
            end = end.add(1);
        }
        while !has_zero_byte(end.cast::<usize>().read_volatile()) {
            end = end.add(size_of::<usize>());
        }
        while end.read_volatile() != 0 {
            end = end.add(1);
        }
    }
    end.addr() - text.addr()
}

/// Whether a word has a byte that is 0: only there does taking 1 away set a highest bit that was not set.
fn has_zero_byte(word: usize) -> bool {
    let ones = usize::MAX / 0xff;
    word.wrapping_sub(ones) & !word & (ones << 7) != 0
}

/// Clears `[start, end)`, whole words at a time where it can: it may be a page.
///
/// # Safety
/// The memory is there and nobody holds a reference to it.
pub(crate) unsafe fn clear(start: usize, end: usize) {
    let word = size_of::<usize>();
    let first_word = start.next_multiple_of(word).min(end);
    let words = (end - first_word) / word;
    let at = |address: usize| core::ptr::with_exposed_provenance_mut::<u8>(address);
    // SAFETY: the three parts follow one another from `start` to `end`.
    unsafe {
        arch::fill_bytes(at(start), 0, first_word - start);
        arch::clear_words(at(first_word).cast(), words);
        arch::fill_bytes(at(first_word + words * word), 0, (end - first_word) % word);
    }
}
