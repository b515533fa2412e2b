//! Saying in one line why a program cannot be run, and ending.

use core::ffi::CStr;

use loader_stub::stack::InitialStack;

use crate::log::{Level, Log};
use crate::sys;

/// Says why the program cannot be run, and ends.
#[inline(never)]
pub(crate) fn fail(stack: &InitialStack<'_>, what: &[u8], why: &[u8], next: &[u8]) -> ! {
    let program = stack.program().map_or(&b"the program"[..], CStr::to_bytes);
    let pieces = [b"cannot run ", program, b": ", what, why, next];
    Log::new(None).say(Level::Error, &pieces);
    sys::exit(sys::EXIT_CANNOT_RUN)
}
