//! What has to be known when a signal comes.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::Signal;

static STATE: Mutex<State> = Mutex::new(State {
    signal: None,
    has_steps: false,
    undisturbed: 0,
    folders: Vec::new(),
});

/// Whether somebody has ceased to be undisturbed.
static CEASED: Condvar = Condvar::new();

pub(super) struct State {
    /// The first signal that came.
    pub(super) signal: Option<Signal>,
    /// Whether it is to stop steps, and not to end this process.
    pub(super) has_steps: bool,
    /// How many are not to be disturbed.
    pub(super) undisturbed: usize,
    /// What goes before a signal ends this process. What is gone already does no harm.
    pub(super) folders: Vec<PathBuf>,
}

/// Whoever ends this process keeps it from then on, so everybody else waits for the end.
pub(super) fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until somebody ceases to be undisturbed.
pub(super) fn wait(state: MutexGuard<'static, State>) -> MutexGuard<'static, State> {
    CEASED.wait(state).unwrap_or_else(PoisonError::into_inner)
}

/// To be called by whoever ceases.
pub(super) fn wake() {
    CEASED.notify_all();
}
