//! Programs that were built for other systems.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::target;

/// ninja, as the Python Package Index has it: a program in C++.
pub fn ninja() -> PathBuf {
    named(&unpacked("ninja"), |it| it.ends_with(".data")).join("scripts/ninja")
}

/// What was unpacked of a wheel.
pub fn unpacked(name: &str) -> PathBuf {
    let is_it = |it: &str| {
        it.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    named(&target().join("programs"), is_it)
}

/// What has a name of this kind in a folder.
fn named(folder: &Path, is_it: impl Fn(&str) -> bool) -> PathBuf {
    let entries = fs::read_dir(folder).expect("`cargo xtask fetch` makes it");
    let mut paths = entries.map(|entry| entry.expect("an entry").path());
    let found = paths.find(|path| {
        path.file_name()
            .is_some_and(|it| is_it(&it.to_string_lossy()))
    });
    found.expect("`cargo xtask fetch` fetches it")
}
