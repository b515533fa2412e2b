//! What writers leave behind that were killed, and what a newer pin has replaced.

use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};
use loader_stub::identity::{self, Identity};

use super::state::State;
use super::{manifest, place, switch};

/// Removes everything from a state that belongs to no pin, and tells how much that was. Only who has the lock may.
pub(super) fn sweep(state: &State) -> Result<usize> {
    for entry in entries(&state.pins())? {
        if entry.file_name().to_string_lossy().starts_with(switch::OLD) {
            switch::restore(&entry.path())?;
        }
    }
    let mut removed = 0;
    for entry in entries(&state.pins())? {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(place::TEMPORARY)
        {
            remove(&entry.path())?;
            removed += 1;
        }
    }
    for entry in entries(&state.roots())? {
        if !is_root_of_a_pin(state, &entry.file_name()) {
            remove(&entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn is_root_of_a_pin(state: &State, name: &OsStr) -> bool {
    let digits = name.as_encoded_bytes().get(..identity::DIGITS);
    let identity = digits.and_then(Identity::parse);
    let Some(identity) = identity else {
        return false;
    };
    match manifest::root_of(&state.pin(identity)) {
        Ok(root) => root.as_deref() == Some(name),
        // It may be.
        Err(_) => true,
    }
}

fn entries(directory: &Path) -> Result<Vec<DirEntry>> {
    let operation = || format!("cannot list {}", directory.display());
    let entries = fs::read_dir(directory).with_context(operation)?;
    entries.map(|entry| entry.with_context(operation)).collect()
}

/// Removes a file, a link or a directory with all that is in it.
pub(super) fn remove(path: &Path) -> Result<()> {
    let is_directory = fs::symlink_metadata(path).is_ok_and(|it| it.is_dir());
    let result = if is_directory {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result.with_context(|| format!("cannot remove {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// What remains of the root of a program in whose place there is a link to `target`.
    fn is_kept(target: &str) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let state = State::at(folder.path().join("ldshim"));
        place::prepare(&state).unwrap();
        let identity = Identity::parse(b"0123456789abcdef").unwrap();
        symlink(target, state.pin(identity)).unwrap();
        let root = state.roots().join(format!("{identity}-1"));
        symlink("/nix/store/something", &root).unwrap();
        sweep(&state).unwrap();
        root.is_symlink()
    }

    #[test]
    fn the_root_of_a_pin_that_cannot_be_read_stays() {
        // A link to itself.
        assert!(is_kept("0123456789abcdef"));
        assert!(!is_kept("nothing"));
        assert!(!is_kept("/dev/null"));
    }
}
