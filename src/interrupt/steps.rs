//! Work in many steps.

use anyhow::Result;
use nix::sys::signal::{SigSet, Signal};

use super::{signals, state, watch};

/// Work in many steps, of which none is left half-done: a signal stops it between two.
#[derive(Debug)]
pub struct Steps(SigSet);

/// That a signal has stopped steps.
#[derive(Debug)]
#[must_use]
pub struct Stopped(Signal);

impl Steps {
    /// From now on signals wait for the end of a step.
    ///
    /// # Errors
    /// The system refuses to have them wait.
    pub fn begin() -> Result<Self> {
        state::lock().has_steps = true;
        watch::begin().map(Self).inspect_err(|_| {
            state::lock().has_steps = false;
        })
    }

    /// Whether no other step is to begin.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        state::lock().signal.is_some()
    }

    /// The steps are over: from now on signals end this process as before. Whether one has stopped them: then what is done is to
    /// be told, and this process to end.
    #[must_use]
    pub fn end(self) -> Option<Stopped> {
        self.stop()
    }

    fn stop(&self) -> Option<Stopped> {
        let mut state = state::lock();
        state.has_steps = false;
        let signal = state.signal.take();
        drop(state);
        // The same call with another set has not failed before.
        _ = self.0.thread_set_mask();
        signal.map(Stopped)
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if let Some(stopped) = self.stop() {
            stopped.end();
        }
    }
}

impl Stopped {
    /// Ends this process as the signal would have.
    pub fn end(self) -> ! {
        signals::end_by(self.0)
    }
}
