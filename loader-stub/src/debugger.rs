//! Debuggers: telling them of the libraries that the real loader loads.
//!
//! A debugger learns of libraries by a breakpoint in `_dl_debug_state`, a function that does nothing, which
//! loaders call whenever their list of libraries changes. It looks for it in the file that the program names
//! as its loader, and puts the breakpoint in before the first instruction is executed: into the stub, which
//! the real loader never calls. (gdb/solib-svr4.c, `enable_break`.)
//!
//! So the stub has such a function. If its code is not what it was, a debugger is there; then, and only then,
//! the real loader's function is made to go on at the stub's.

use core::slice;

use libc::{PROT_READ, PROT_WRITE};
use loader_stub::layout::{Layout, Segment, align_up};
use loader_stub::symbols;

use crate::{arch, sys};

/// How an architecture lets a debugger know.
pub(crate) struct Hook {
    /// The stub's function.
    pub(crate) function: unsafe extern "C" fn(),
    /// How its code begins while there is no breakpoint.
    pub(crate) first_byte: u8,
    /// What to write over some code at the first address, so that it goes on at the second.
    pub(crate) diverted: fn(code: &[u8], from: usize, to: usize) -> Option<[u8; 5]>,
}

/// Diverts the function of the real loader at `base`, of which nobody knows yet, if a debugger is there. If
/// that cannot be done, the debugger learns of libraries when the program stops.
pub(crate) fn introduce(layout: &Layout<'_>, page_size: usize, base: usize) {
    let Some(hook) = arch::DEBUGGER_HOOK else {
        return;
    };
    let function = hook.function as usize;
    let code = core::ptr::with_exposed_provenance::<u8>(function);
    // SAFETY: it is a function, whose code can be read. It is read as if it could change, for it does.
    if unsafe { code.read_volatile() } != hook.first_byte {
        let _ = divert(&hook, layout, page_size, base);
    }
}

fn divert(hook: &Hook, layout: &Layout<'_>, page_size: usize, base: usize) -> Option<()> {
    let bytes = |address| {
        let (range, _) = layout.rest_of_segment(address)?;
        let start = core::ptr::with_exposed_provenance::<u8>(base.wrapping_add(range.start));
        // SAFETY: the file fills these addresses of a mapped segment that can be read. Nobody writes to them
        // while the slice is in use.
        Some(unsafe { slice::from_raw_parts(start, range.len()) })
    };
    let address = symbols::find_function(b"_dl_debug_state", layout.dynamic()?, bytes)?;
    let place = base.wrapping_add(address);
    let jump = (hook.diverted)(bytes(address)?, place, hook.function as usize)?;
    let (_, segment) = layout.rest_of_segment(address)?;
    let end = align_up(place.checked_add(jump.len())?, page_size)?;
    let start = place & !(page_size - 1);
    // SAFETY: the pages are those of a segment of the real loader, which nobody executes yet. They are as they
    // were when they are writable, and the code is replaced within its segment.
    unsafe { write_code(start, end - start, place, &jump, &segment) }
}

/// # Safety
/// `code` is to go to `place`, which is in the pages of `segment` at `start`.
unsafe fn write_code(
    start: usize,
    length: usize,
    place: usize,
    code: &[u8],
    segment: &Segment,
) -> Option<()> {
    // SAFETY: the caller answers for the pages.
    unsafe {
        sys::protect(start, length, PROT_READ | PROT_WRITE).ok()?;
        let to = core::ptr::with_exposed_provenance_mut::<u8>(place);
        core::ptr::copy_nonoverlapping(code.as_ptr(), to, code.len());
        sys::protect(start, length, segment.protection).ok()
    }
}
