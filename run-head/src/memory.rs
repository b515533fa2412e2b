//! Memory: what the compiler calls by the names of the C standard, and pages for what is allocated.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ffi::c_int;

use crate::sys;

/// How much is taken from the kernel at a time.
const CHUNK: usize = 1 << 20;

/// Gives memory away and takes little back: the process ends, or becomes another, within seconds. What is large, such as the
/// windows of a decompressor that grow, is mapped by itself and unmapped.
struct Pages {
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: the process has one thread.
unsafe impl Sync for Pages {}

#[global_allocator]
static PAGES: Pages = Pages {
    next: Cell::new(0),
    end: Cell::new(0),
};

// SAFETY: what is given away lies in pages that were mapped for it, and no two pieces overlap.
unsafe impl GlobalAlloc for Pages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= CHUNK / 4 {
            // Pages are aligned to more than anything here asks for.
            return sys::pages(layout.size()).map_or(
                core::ptr::null_mut(),
                core::ptr::with_exposed_provenance_mut,
            );
        }
        let mut start = self.next.get().next_multiple_of(layout.align());
        if self.end.get() < start + layout.size() {
            let Ok(chunk) = sys::pages(CHUNK) else {
                return core::ptr::null_mut();
            };
            self.end.set(chunk + CHUNK);
            start = chunk;
        }
        self.next.set(start + layout.size());
        core::ptr::with_exposed_provenance_mut(start)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if layout.size() >= CHUNK / 4 {
            // SAFETY: it was mapped by itself, and the caller is done with it.
            unsafe { sys::unmap(memory.expose_provenance(), layout.size()) };
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    // SAFETY: the caller's memory is there and does not overlap.
    unsafe { forward(to, from, count) };
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    if to.addr().wrapping_sub(from.addr()) >= count {
        // SAFETY: going forward, no byte is written before it was read.
        unsafe { forward(to, from, count) };
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

/// Copies the lowest byte first: words as far as there are some. Loops are volatile: the compiler would turn plain ones into
/// calls of the functions that they are in.
unsafe fn forward(to: *mut u8, from: *const u8, count: usize) {
    const WORD: usize = size_of::<usize>();
    let mut index = 0;
    let apart = to.addr().wrapping_sub(from.addr());
    let aligned = to.addr().wrapping_rem(WORD) == 0 && from.addr().wrapping_rem(WORD) == 0;
    // A word is read before what it overlaps is written only if the two are a word apart.
    if aligned && (apart >= WORD && apart.wrapping_neg() >= WORD) {
        while index + WORD <= count {
            // SAFETY: the caller's memory is there, and both addresses are aligned.
            unsafe {
                let word = from.add(index).cast::<usize>().read_volatile();
                to.add(index).cast::<usize>().write_volatile(word);
            }
            index += WORD;
        }
    }
    while index < count {
        // SAFETY: the caller's memory is there.
        unsafe {
            to.add(index)
                .write_volatile(from.add(index).read_volatile())
        };
        index += 1;
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: c_int, count: usize) -> *mut u8 {
    for index in 0..count {
        // SAFETY: the caller's memory is there.
        unsafe { to.add(index).write_volatile(byte as u8) };
    }
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
    let mut length = 0;
    // SAFETY: the caller's text ends with a NUL.
    while unsafe { text.add(length).read_volatile() } != 0 {
        length += 1;
    }
    length
}
