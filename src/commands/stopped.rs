//! What is said of many files when a signal has stopped the work on them.

use crate::interrupt::Stopped;
use crate::terminal::warn;

/// Says how far the work came, and ends this process as the signal would have. What is to be said of each file was said before.
pub(super) fn end(stopped: Stopped, done: usize, all: usize) -> ! {
    warn(&format!(
        "interrupted: {done} of {all} files done; the same command goes on"
    ));
    stopped.end()
}
