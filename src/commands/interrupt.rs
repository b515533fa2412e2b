//! Ctrl-C during long work: nothing is left that is of no use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow};
use nix::sys::signal::{SigSet, Signal, raise};

/// What ends a program that does not mind.
const SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// The folders that go before a signal ends this process. Those that are gone already do no harm.
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Whether somebody waits for signals, or why nobody can.
static WATCH: OnceLock<Result<(), String>> = OnceLock::new();

/// Makes something of which nothing is to stay if this process is interrupted: the folder that `path` names. No signal comes
/// between both, and from now on signals wait until all such folders have gone.
///
/// # Errors
/// It cannot be made, or the system refuses to have signals wait.
pub(super) fn nothing_stays_of<T>(
    make: impl FnOnce() -> Result<T>,
    path: impl FnOnce(&T) -> PathBuf,
) -> Result<T> {
    let watched = WATCH.get_or_init(|| watch(remove_all).map_err(|it| format!("{it:#}")));
    watched.clone().map_err(|it| anyhow!(it))?;
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    let made = make()?;
    folders.push(path(&made));
    Ok(made)
}

/// What came of the writing. After a signal that is an error which says nothing, as files were removed under the writer: then this
/// process ends as interrupted ones do.
///
/// # Errors
/// What came of it, if nobody has interrupted.
pub(super) fn judge<T>(result: Result<T>) -> Result<T> {
    if result.is_err() {
        // Whoever removes has it until the process ends.
        let _nobody_removes = FOLDERS.lock();
    }
    result
}

fn remove_all(signal: Signal) {
    let folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    folders.iter().for_each(|it| remove(it));
    process::exit(128 + signal as i32);
}

/// Has a thread wait for signals, and do this with the first one.
fn watch(then: impl FnOnce(Signal) + Send + 'static) -> Result<()> {
    let ignored = ignored();
    let minded = SIGNALS.into_iter().filter(|it| ignored & mask(*it) == 0);
    let signals: SigSet = minded.collect();
    // Threads that begin later have them wait too.
    let blocked = signals.thread_block();
    blocked.context("cannot have signals wait until the work is done")?;
    thread::spawn(move || {
        if let Ok(signal) = signals.wait() {
            then(signal);
        }
    });
    Ok(())
}

/// The signals that whoever started this process has it ignore, as nohup does, as the kernel writes them: a bit for each. They stay
/// so, although a signal that waits is taken even then.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let bits = lines.find_map(|it| it.strip_prefix("SigIgn:"));
    bits.and_then(|it| u64::from_str_radix(it.trim(), 16).ok())
        .unwrap_or(0)
}

fn mask(signal: Signal) -> u64 {
    1 << (signal as u32 - 1)
}

/// Work in many steps, of which none is left half-done: a signal stops it between two.
#[derive(Debug, Default)]
pub(super) struct Steps(Arc<AtomicI32>);

impl Steps {
    /// From now on signals wait for the end of a step.
    ///
    /// # Errors
    /// The system refuses to have them wait.
    pub(super) fn begin() -> Result<Self> {
        let steps = Self::default();
        let number = Arc::clone(&steps.0);
        watch(move |signal| number.store(signal as i32, Ordering::Relaxed))?;
        Ok(steps)
    }

    /// Whether no other step is to begin.
    pub(super) fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Ends this process as the signal would have, if one came. The work has stopped by then.
    pub(super) fn end(self) {
        if let Ok(signal) = Signal::try_from(self.0.load(Ordering::Relaxed)) {
            let signals: SigSet = SIGNALS.into_iter().collect();
            _ = signals.thread_unblock();
            _ = raise(signal);
        }
    }
}

/// How often a folder is removed in which somebody still writes.
const MOST_TRIES: usize = 1000;

/// Removes a folder with everything in it. The thread that fills it goes on meanwhile: what it adds to a folder that was just
/// emptied keeps that from going.
fn remove(folder: &Path) {
    for _ in 0..MOST_TRIES {
        let _again = fs::remove_dir_all(folder);
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
        assert_eq!(fs::read_dir(kept.path()).unwrap().count(), 0);
    }
}
