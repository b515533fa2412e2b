//! Handing over with another initial stack than the kernel's: a copy of it, below all that the stub has on its own.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::{ptr, slice};

use loader_stub::block::StackCopy;
use loader_stub::words::CopyBytes;

use crate::{arch, sys};

/// Copies as the architecture does it best.
pub(crate) struct ByInstruction;

// SAFETY: it copies bytes, the lowest first, and does nothing else.
unsafe impl CopyBytes for ByInstruction {
    unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
        // SAFETY: the caller's memory is there.
        unsafe { arch::copy_bytes(to, from, count) }
    }
}

/// Whether the stack of which `here` is the end can take a copy of `size` bytes more. It cannot if its limit is low and
/// the environment has many entries. A copy that is smaller than what a loader needs for itself is not worth a system
/// call.
pub(crate) fn has_room(here: usize, size: usize) -> bool {
    const OF_A_LOADER: usize = 16 * 1024;
    if size <= OF_A_LOADER {
        return true;
    }
    let end = here.wrapping_sub(size + OF_A_LOADER) & !(size_of::<usize>() - 1);
    sys::stack_reaches(ptr::with_exposed_provenance_mut(end)).is_ok()
}

/// Jumps to the loader's entry point with `copy` as its initial stack. Returns if the stack has no room for it.
///
/// # Safety
/// A loader is mapped, and `entry` is its entry point.
pub(crate) unsafe fn with_copy(copy: &StackCopy<'_>, entry: usize) {
    let handover = Handover { copy, entry };
    let size = copy.words() * size_of::<usize>();
    if has_room(ptr::from_ref(&handover).addr(), size) {
        // SAFETY: `hand_over` is given what it casts its argument to.
        unsafe { arch::on_lower_stack(size, ptr::from_ref(&handover).cast(), hand_over) }
    }
}

/// What [`hand_over`] works on.
struct Handover<'a> {
    copy: &'a StackCopy<'a>,
    entry: usize,
}

/// Writes the loader's copy of the initial stack into `memory`, and jumps.
///
/// # Safety
/// `argument` is a [`Handover`] of which the copy fits into `memory`.
unsafe extern "C" fn hand_over(memory: *mut usize, argument: *const c_void) -> ! {
    // SAFETY: see above.
    let handover = unsafe { &*argument.cast::<Handover<'_>>() };
    // SAFETY: see above; the memory is the caller's to give, and lies below its frame.
    let words = unsafe {
        slice::from_raw_parts_mut(memory.cast::<MaybeUninit<usize>>(), handover.copy.words())
    };
    let trampoline = arch::trampoline as unsafe extern "C" fn() -> ! as usize;
    // There is room for as many words as the copy has said that it takes.
    let _ = handover.copy.write::<ByInstruction>(words, trampoline);
    // SAFETY: the copy is an initial stack, and the loader's entry point expects one.
    unsafe { arch::jump(memory, handover.entry) }
}
