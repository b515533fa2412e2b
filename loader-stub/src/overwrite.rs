//! Writing into pages of the real loader that are mapped already, and that nobody may write to.

use core::slice;

use libc::{PROT_READ, PROT_WRITE};
use loader_stub::segment::{Segment, align_up};

use crate::sys::{self, File};

/// Where a mapped loader is.
#[derive(Clone, Copy)]
pub(crate) struct Mapped<'a> {
    /// Its file.
    pub(crate) file: &'a File,
    /// Where its address 0 is.
    pub(crate) base: usize,
    /// The size of pages, in bytes.
    pub(crate) page_size: usize,
}

/// Has `write` change `length` bytes at `address` of a segment, without the load bias. Tells whether that was done; if
/// not, all is as before.
///
/// # Safety
/// The bytes are in what the file fills of the segment, which is mapped from the loader's `base` on. Nobody has a reference
/// to them, or executes what is in their pages.
pub(crate) unsafe fn overwrite(
    loader: Mapped<'_>,
    segment: &Segment,
    address: usize,
    length: usize,
    write: impl FnOnce(&mut [u8]),
) -> bool {
    let first = address & !(loader.page_size - 1);
    let Some(end) = align_up(address.wrapping_add(length), loader.page_size) else {
        return false;
    };
    let (start, size) = (loader.base.wrapping_add(first), end.wrapping_sub(first));
    // SAFETY: the caller says that these pages are the loader's, and that nobody uses them yet.
    unsafe {
        if sys::protect(start, size, PROT_READ | PROT_WRITE).is_err() {
            return false;
        }
        let bytes = core::ptr::with_exposed_provenance_mut(loader.base.wrapping_add(address));
        write(slice::from_raw_parts_mut(bytes, length));
        let done = sys::protect(start, size, segment.protection).is_ok();
        if !done {
            // A system can refuse code in pages that were written to (SELinux's execmod). The file's take their place.
            let offset = segment.offset + (first - segment.start);
            let file = Some((loader.file, offset));
            sys::map(Some(start), size, segment.protection, file).ok();
        }
        done
    }
}
