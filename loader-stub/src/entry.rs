//! The entry of bundled programs: code that `ldshim bundle` adds to a program as a segment, and makes its entry point.
//!
//! The kernel starts a bundled program directly: there is no place outside of the bundle at which its loader would have to
//! be. The entry finds the bundle from the program's own path, maps the bundle's loader, and hands over to it as the stub does. As a file
//! of its own it is the launcher of what has no room for it: scripts, and programs that cannot be changed.
//!
//! It is made of the stub's own modules; `entry/start.rs` has the steps. It is no part of the stub, whose file every start of every
//! program maps.

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "it is the machine's: memory, system calls, jumps"
)]
#![allow(
    dead_code,
    reason = "the stub's modules have more than the entry needs"
)]

mod arch;
#[path = "entry/debugger.rs"]
mod debugger;
#[path = "entry/failure.rs"]
mod failure;
#[path = "entry/finish.rs"]
mod finish;
mod handover;
mod image;
mod log;
mod mem;
mod overwrite;
#[path = "entry/place.rs"]
mod place;
mod process;
mod relocate;
#[path = "entry/start.rs"]
mod start;
mod sys;

/// What messages begin with.
pub(crate) const NAME: &[u8] = b"ldshim bundle: ";

/// Never called: nothing in the entry can panic. The language wants a handler all the same.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    sys::exit(sys::EXIT_CANNOT_RUN)
}

/// Named by the unwind tables of the precompiled `core`, which a debug build links in. Never called.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
