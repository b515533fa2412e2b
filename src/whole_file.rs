//! Files that are written whole or not at all.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::sys::signal::{SigSet, SigmaskHow, Signal};

/// How the names begin of files that are not at their place yet. One that is left was being written by somebody who was killed.
pub const TEMPORARY: &str = ".ldshim-new-";

/// What ends a process at a user's wish.
const ENDING: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// While it lives, what ends a process at a user's wish waits, so that who is interrupted leaves nothing half-written. It is for
/// moments, and for this thread: a process with others has to begin it before those.
#[derive(Debug)]
pub struct Undisturbed(SigSet);

impl Undisturbed {
    /// # Errors
    /// The system refuses to have signals wait.
    pub fn begin() -> io::Result<Self> {
        let ending = SigSet::from_iter(ENDING);
        Ok(Self(ending.thread_swap_mask(SigmaskHow::SIG_BLOCK)?))
    }
}

impl Drop for Undisturbed {
    fn drop(&mut self) {
        // The same call with another set has not failed before.
        _ = self.0.thread_set_mask();
    }
}

/// Writes a file with this mode, whatever the umask is, in place of what is there. It is on the disk before it gets its name,
/// so whoever looks finds the old file or the new one.
///
/// # Errors
/// The file system refuses. Then what was at `path` is as before.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
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
