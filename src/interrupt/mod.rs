//! Ctrl-C, and whatever else ends a process at its user's wish: nothing is left that is of no use, and nothing half-done.
//!
//! One thread waits for the signals once somebody minds them. Before it ends this process it removes the folders of which
//! [`nothing_stays_of`]; neither happens while somebody is [`Undisturbed`]. While there are [`Steps`], a signal stops those, and
//! what was done is told.

mod signals;
mod state;
mod steps;
mod undisturbed;
mod watch;

pub use signals::for_child;
pub use steps::{Steps, Stopped};
pub use undisturbed::Undisturbed;
pub use watch::{interrupted, judge, nothing_stays_of, temporary_folder};
