//! Writing an index: whole or not at all.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use tempfile::Builder;

/// Writes a file beside `path`, then puts it there. Who has the old one mapped keeps it.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let operation = || format!("cannot write the index {}", path.display());
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).with_context(operation)?;
    let mut file = Builder::new()
        .prefix(".new-")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(directory)
        .with_context(operation)?;
    file.write_all(bytes)
        .and_then(|()| file.as_file().sync_all())
        .with_context(operation)?;
    file.persist(path)
        .map_err(|error| error.error)
        .with_context(operation)?;
    Ok(())
}
