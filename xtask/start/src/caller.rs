//! Who has started this.

use std::fs;
use std::os::unix::fs::MetadataExt;

/// The effective user and group of this process: the kernel gives them the process's directory
/// (`proc_pid(5)`), so neither a crate nor unsafe code is needed to ask.
pub fn user_and_group() -> Option<(u32, u32)> {
    let directory = fs::metadata("/proc/self").ok()?;
    Some((directory.uid(), directory.gid()))
}

/// Whether it is root. Without `/proc` nobody is.
pub fn is_root() -> bool {
    user_and_group().is_some_and(|(user, _)| user == 0)
}
