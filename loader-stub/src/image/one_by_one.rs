//! Mapping a loader as valgrind understands it.
//!
//! Valgrind takes the mappings that it sees for the segments of the file. If there is not one for each, with the
//! segment's protection, it reads no symbols of the loader. Then it cannot put its own functions in the place of
//! the loader's functions for strings, which read more than the strings, and reports errors.

use core::ops::Range;

use libc::{PROT_READ, PROT_WRITE};
use loader_stub::layout::Layout;

use super::{Cache, map_segment, redirect};
use crate::sys::{self, Errno, File};

/// Like [`super::finish`], with each segment mapped by itself, as the kernel and glibc do, and not writable when it
/// is mapped.
pub(super) fn finish(
    file: &File,
    layout: &Layout<'_>,
    page_size: usize,
    base: usize,
    cache: Option<Cache<'_>>,
) -> Result<bool, Errno> {
    for segment in layout.segments().skip(1) {
        // SAFETY: the segment lies in the reserved span, and overlaps no other one.
        unsafe { map_segment(file, &segment, page_size, base)? };
    }
    let Some(cache) = cache else {
        return Ok(false);
    };
    let protect = |protection: Option<i32>| {
        let constant = |range: Range<usize>| layout.rest_of_segment(range.start);
        for (_, segment) in layout.constants().filter_map(constant) {
            let start = base.wrapping_add(segment.start);
            let length = segment.file_end - segment.start;
            // SAFETY: nobody knows of these pages yet.
            unsafe { sys::protect(start, length, protection.unwrap_or(segment.protection))? };
        }
        Ok(())
    };
    protect(Some(PROT_READ | PROT_WRITE))?;
    let redirected = redirect(layout, base, cache);
    protect(None)?;
    Ok(redirected)
}
