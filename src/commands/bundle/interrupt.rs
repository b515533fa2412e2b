//! Ctrl-C while a bundle is written: nothing of it stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use nix::sys::signal::{SigSet, Signal};

/// What ends a program that does not mind.
const SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// What goes before a signal ends this process.
#[derive(Debug, Clone, Default)]
pub(super) struct Interrupt(Arc<Mutex<Option<PathBuf>>>);

impl Interrupt {
    /// Has signals wait from now on until what is to go has gone.
    ///
    /// # Errors
    /// The system refuses to have them wait.
    pub fn watch() -> Result<Self> {
        let signals: SigSet = SIGNALS.into_iter().collect();
        // Threads that begin later have them wait too.
        let blocked = signals.thread_block();
        blocked.context("cannot have signals wait until the bundle is written")?;
        let watch = Self::default();
        let folder = Arc::clone(&watch.0);
        thread::spawn(move || {
            if let Ok(signal) = signals.wait() {
                let folder = folder.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(folder) = folder.as_ref() {
                    remove(folder);
                }
                process::exit(128 + signal as i32);
            }
        });
        Ok(watch)
    }

    /// Makes something of which nothing is to stay: the folder that `path` names. No signal comes between both.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make<T>(
        &self,
        make: impl FnOnce() -> Result<T>,
        path: impl FnOnce(&T) -> PathBuf,
    ) -> Result<T> {
        let mut folder = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = make()?;
        *folder = Some(path(&made));
        Ok(made)
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
