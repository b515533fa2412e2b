//! Writing an index: whole or not at all.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::interrupt::Undisturbed;
use crate::whole_file;

/// Writes a file of this date beside `path`, then puts it there. Who has the old one mapped keeps it.
pub(super) fn replace(path: &Path, bytes: &[u8], date: Option<SystemTime>) -> Result<()> {
    let operation = || format!("cannot write the index {}", path.display());
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).with_context(operation)?;
    let _undisturbed = Undisturbed::begin().with_context(operation)?;
    let written = whole_file::write(path, bytes, 0o644);
    if let (Ok(()), Some(date)) = (&written, date) {
        // Where that fails it is as old as this file.
        _ = File::options()
            .write(true)
            .open(path)
            .and_then(|it| it.set_modified(date));
    }
    written.with_context(operation)
}
