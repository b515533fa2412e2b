//! Programs by their names: execvp(3), as glibc has it in `posix/execvpe.c`.

use std::env;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use super::execve::execve;
use super::loaders::Loaders;
use super::refusal::{End, Stop};

/// Where is searched if PATH is not set.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The file that is started for this name: of those in PATH the first that is there and may be executed, else the first that
/// is there. A name with a slash is a path.
#[must_use]
pub fn search(name: &OsStr, path: Option<&OsStr>, loaders: &Loaders) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Path::new(name).symlink_metadata().ok().map(|_| name.into());
    }
    if name.is_empty() {
        return None;
    }
    let folders = env::split_paths(path.unwrap_or(OsStr::new(DEFAULT_PATH)));
    let files = folders.map(|folder| match folder.as_os_str().is_empty() {
        true => Path::new(".").join(name),
        false => folder.join(name),
    });
    let mut first = None;
    for file in files {
        if is_passed_over(&file, loaders) {
            first = first.or_else(|| file.is_file().then_some(file));
        } else {
            return Some(file);
        }
    }
    first
}

/// Whether the search goes on behind this file.
fn is_passed_over(file: &Path, loaders: &Loaders) -> bool {
    match execve(file, loaders) {
        Err(Stop::Refused(refusal)) => matches!(
            refusal.end(),
            End::Failed(Errno::EACCES | Errno::ENOENT | Errno::ENOTDIR)
        ),
        _ => false,
    }
}
