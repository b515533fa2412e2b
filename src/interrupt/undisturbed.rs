//! Moments in which no signal ends this process.

use std::io;

use nix::sys::signal::SigSet;

use super::{signals, state};

/// While it lives, what ends a process at its user's wish waits, so that who is interrupted leaves nothing half-written. It is for
/// moments, and one may be within another. A process with other threads has to begin it before those, unless all of them began
/// when signals waited already.
#[derive(Debug)]
pub struct Undisturbed(SigSet);

impl Undisturbed {
    /// # Errors
    /// The system refuses to have signals wait.
    pub fn begin() -> io::Result<Self> {
        let before = signals::block(&signals::all())?;
        state::lock().undisturbed += 1;
        Ok(Self(before))
    }
}

impl Drop for Undisturbed {
    fn drop(&mut self) {
        state::lock().undisturbed -= 1;
        state::wake();
        // The same call with another set has not failed before.
        _ = self.0.thread_set_mask();
    }
}
