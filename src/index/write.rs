//! Writing an index: whole or not at all.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};
use nix::sys::signal::{SigSet, Signal};

use crate::whole_file;

/// What ends a process at a user's wish.
const ENDING: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// Writes a file of this date beside `path`, then puts it there. Who has the old one mapped keeps it.
pub(super) fn replace(path: &Path, bytes: &[u8], date: Option<SystemTime>) -> Result<()> {
    let operation = || format!("cannot write the index {}", path.display());
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).with_context(operation)?;
    // Nothing half-written is left by who is interrupted: that waits for the moment which this takes.
    let ending = SigSet::from_iter(ENDING);
    let before = ending.thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK)?;
    let written = whole_file::write(path, bytes, 0o644);
    if let (Ok(()), Some(date)) = (&written, date) {
        // Where that fails it is as old as this file.
        _ = File::options()
            .write(true)
            .open(path)
            .and_then(|it| it.set_modified(date));
    }
    before.thread_set_mask()?;
    written.with_context(operation)
}
