//! Pages for what is allocated.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;

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
