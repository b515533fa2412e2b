//! The stub `nix-ld`: started by the kernel in place of a program's loader, it hands over to the real one.
//!
//! `start.rs` has the steps. ARCHITECTURE.md tells what may and may not happen in each.

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "this half of the stub is the machine's: memory, system calls, jumps"
)]

mod acquire;
mod arch;
mod cache_note;
mod commit;
mod debugger;
mod handover;
mod help;
mod image;
mod log;
mod mem;
mod overwrite;
mod pins;
mod process;
mod program;
mod relocate;
mod spawn;
mod start;
mod sys;

/// What messages begin with.
pub(crate) const NAME: &[u8] = b"nix-ld: ";

/// Never called: nothing in the stub can panic, and `tests/stub_image/shape.rs` sees to it that the release
/// build has no code that would. The language wants a handler all the same.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    sys::exit(sys::EXIT_CANNOT_RUN)
}

/// Named by the unwind tables of the precompiled `core`, which a debug build links in. Never called.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
