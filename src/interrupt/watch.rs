//! The thread that waits for signals, and folders that go when one comes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{MutexGuard, OnceLock};
use std::thread;

use anyhow::{Context, Result, anyhow};
use nix::sys::signal::{SigSet, Signal};
use tempfile::TempDir;

use super::signals;
use super::state::{self, State};

/// Whether the thread is there, or why it cannot be.
static WATCH: OnceLock<Result<(), String>> = OnceLock::new();

/// Makes something of which nothing is to stay if this process is interrupted: the folder, or the file, that `path` names. No signal comes
/// between both, and from now on signals wait until all such have gone.
///
/// # Errors
/// It cannot be made, or the system refuses to have signals wait.
pub fn nothing_stays_of<T>(
    make: impl FnOnce() -> Result<T>,
    path: impl FnOnce(&T) -> PathBuf,
) -> Result<T> {
    let _before = begin()?;
    let mut state = state::lock();
    let made = make()?;
    state.folders.push(path(&made));
    Ok(made)
}

/// A temporary folder of which nothing stays.
///
/// # Errors
/// As [`nothing_stays_of`].
pub fn temporary_folder() -> Result<TempDir> {
    let make = || tempfile::tempdir().context("cannot make a temporary folder");
    nothing_stays_of(make, |it| it.path().to_owned())
}

/// What came of a command. After a signal there is nothing to be said of it: an error is none, as files were removed under the
/// writer, and this process ends as interrupted ones do.
///
/// # Errors
/// What came of it, if nobody has interrupted.
pub fn judge<T>(result: Result<T>) -> Result<T> {
    let mut state = state::lock();
    while state.signal.is_some() {
        state = state::wait(state);
    }
    result
}

/// To be called where this process has got an interrupt in another way than by the signal, or a signal of which it is not known
/// which thread has it: ends this process, unless it is to ignore interrupts.
pub fn interrupted() {
    if signals::minded().contains(Signal::SIGINT) {
        end(state::lock(), Signal::SIGINT);
    }
}

/// Has signals wait in this thread, and in those that begin later, for the one that deals with them. Returns what waited before.
///
/// # Errors
/// The system refuses.
pub(super) fn begin() -> Result<SigSet> {
    let minded = signals::minded();
    let before = signals::block(&minded);
    let before = before.context("cannot have signals wait until the work is done")?;
    let begun = WATCH.get_or_init(|| {
        let begun = thread::Builder::new().spawn(move || watch(minded));
        begun.map(drop).map_err(|it| it.to_string())
    });
    let begun = begun.clone().map_err(|it| anyhow!(it));
    begun.context("cannot begin a thread that waits for signals")?;
    Ok(before)
}

fn watch(signals: SigSet) {
    while let Ok(signal) = signals.wait() {
        let mut state = state::lock();
        let first = state.signal.is_none();
        state.signal.get_or_insert(signal);
        match state.has_steps {
            true if first => {}
            // Whoever presses Ctrl-C again does not want to wait. Other signals come twice where nobody is impatient: of the
            // kernel and of the shell, when a terminal is closed.
            true if signal != Signal::SIGINT => {}
            true => signals::end_by(signal),
            false => {
                while state.undisturbed > 0 {
                    state = state::wait(state);
                }
                end(state, signal);
            }
        }
    }
}

fn end(state: MutexGuard<'_, State>, signal: Signal) -> ! {
    state.folders.iter().for_each(|it| remove(it));
    signals::end_by(signal)
}

/// How often a folder is removed in which somebody still writes.
const MOST_TRIES: usize = 1000;

/// Removes a folder with everything in it, or a file. The thread that fills it goes on meanwhile: what it adds to a folder that was just
/// emptied keeps that from going.
fn remove(folder: &Path) {
    for _ in 0..MOST_TRIES {
        let _again = match folder.is_dir() {
            true => fs::remove_dir_all(folder),
            false => fs::remove_file(folder),
        };
        if folder.symlink_metadata().is_err() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_while_somebody_writes_in_it() {
        let kept = tempfile::tempdir().unwrap();
        let folder = kept.path().join("folder");
        fs::create_dir(&folder).unwrap();
        let path = folder.clone();
        let writer = thread::spawn(move || {
            let mut numbers = 0..;
            let mut write = || fs::write(path.join(numbers.next()?.to_string()), "").ok();
            while write().is_some() {}
        });
        while fs::read_dir(&folder).unwrap().next().is_none() {
            thread::yield_now();
        }
        remove(&folder);
        assert!(!folder.exists());
        writer.join().unwrap();
        let file = kept.path().join("file");
        fs::write(&file, "").unwrap();
        remove(&file);
        assert_eq!(fs::read_dir(kept.path()).unwrap().count(), 0);
    }
}
