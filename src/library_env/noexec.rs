//! Whether a file system lets a loader be executed that lies in it.

use std::path::Path;

use nix::sys::statvfs::{FsFlags, statvfs};

/// Whether files at or below `path`, or where it will be, may be executed, as far as the file system is concerned.
#[must_use]
pub fn may_execute_in(path: &Path) -> bool {
    let there = path.ancestors().find(|it| it.exists());
    let status = there.and_then(|it| statvfs(it).ok());
    status.is_none_or(|it| !it.flags().contains(FsFlags::ST_NOEXEC))
}
