//! Files that are written whole or not at all.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::interrupt::Undisturbed;

/// How the names begin of files that are not at their place yet. One that is left was being written by somebody who was killed.
pub const TEMPORARY: &str = ".ldshim-new-";

/// Writes a file with this mode, whatever the umask is, in place of what is there. It is on the disk before it gets its name,
/// so whoever looks finds the old file or the new one, and who is interrupted nothing else.
///
/// # Errors
/// The file system refuses. Then what was at `path` is as before.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    // Nobody else removes what is beside its place.
    let _undisturbed = Undisturbed::begin()?;
    let mut new = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(folder_of(path))?;
    new.write_all(bytes)?;
    new.as_file()
        .set_permissions(Permissions::from_mode(mode))?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

/// The folder that a file is in, as a path that can be opened.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
