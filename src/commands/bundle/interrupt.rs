//! Ctrl-C while a bundle is written: nothing of it stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;

use anyhow::{Context, Result};
use nix::sys::signal::{SigSet, Signal};

/// What ends a program that does not mind.
const SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// Has a folder go before a signal ends this process, which it does as if nobody had waited for it.
///
/// # Errors
/// The system refuses to have signals wait.
pub(super) fn leave_nothing_of(folder: &Path) -> Result<()> {
    let signals: SigSet = SIGNALS.into_iter().collect();
    // Threads that begin later have them wait too.
    let blocked = signals.thread_block();
    blocked.context("cannot have signals wait until the bundle is written")?;
    let folder: PathBuf = folder.to_owned();
    thread::spawn(move || {
        if let Ok(signal) = signals.wait() {
            let _gone = fs::remove_dir_all(&folder);
            process::exit(128 + signal as i32);
        }
    });
    Ok(())
}
