//! Putting a new pin in the place of what is there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

use super::place;

/// What the names of older pins begin with while there is nothing in their place.
pub(super) const OLD: &str = ".old-";

/// How often a pin is moved to a place where marks come meanwhile.
const ATTEMPTS: usize = 100;

/// Puts `new` at `path`. What was there is afterwards at `new`, to be swept. Tells whether anything was.
///
/// It is one step, for the stub and for whoever is killed. On file systems that cannot exchange two names it is two,
/// and in between the older pin is where [`restore`] finds it.
pub(super) fn switch(new: &Path, path: &Path) -> Result<bool> {
    let exchanged = renameat2(AT_FDCWD, new, AT_FDCWD, path, RenameFlags::RENAME_EXCHANGE);
    let result = match exchanged {
        Ok(()) => Ok(true),
        Err(Errno::ENOENT) => put(new, path),
        Err(Errno::EINVAL | Errno::ENOSYS | Errno::EOPNOTSUPP) => in_two_steps(new, path),
        Err(errno) => Err(errno.into()),
    };
    result.with_context(|| place::cannot_write(path))
}

fn in_two_steps(new: &Path, path: &Path) -> io::Result<bool> {
    let old = old(path);
    match fs::rename(path, &old) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return put(new, path);
        }
        result => result?,
    }
    if let Err(error) = put(new, path) {
        put(&old, path)?;
        return Err(error);
    }
    fs::rename(&old, new)?;
    Ok(true)
}

/// Moves a pin to a place where none is, and tells whether a mark was there. Marks are written without the lock, so
/// one may come at any time. It gives way.
fn put(pin: &Path, path: &Path) -> io::Result<bool> {
    let mut was_marked = false;
    for _ in 1..ATTEMPTS {
        match fs::rename(pin, path) {
            // What is there is no directory.
            Err(error) if error.kind() == ErrorKind::NotADirectory => {}
            result => return result.map(|()| was_marked),
        }
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => was_marked = true,
            // It is gone again.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            _ => break,
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(pin, path).map(|()| was_marked)
}

/// Where an older pin is between the two steps.
fn old(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{OLD}{name}"))
}

/// Puts an older pin back whose writer was killed between the two steps. `old` is its path.
pub(super) fn restore(old: &Path) -> Result<()> {
    let name = old.file_name().unwrap_or_default().to_string_lossy();
    let path = old.with_file_name(name.strip_prefix(OLD).unwrap_or_default());
    if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_symlink()) {
        // The new one is there: what is left of the old one is to be swept.
        return fs::rename(old, place::beside(&path)).with_context(|| place::cannot_write(old));
    }
    put(old, &path).with_context(|| place::cannot_write(&path))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A directory with a pin of this name, which has a file of the same name.
    fn pin(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join(name), "").unwrap();
        path
    }

    #[test]
    fn two_steps_replace_as_one_does() {
        for switch in [in_two_steps, |new: &Path, path: &Path| {
            Ok(switch(new, path).unwrap())
        }] {
            let folder = tempfile::tempdir().unwrap();
            let [new, path] = [".new", "pin"].map(|name| pin(folder.path(), name));
            assert!(switch(&new, &path).unwrap());
            assert!(path.join(".new").exists() && new.join("pin").exists());
            let other = pin(folder.path(), "other");
            assert!(!switch(&other, &folder.path().join("place")).unwrap());
            assert!(folder.path().join("place/other").exists());
        }
    }

    #[test]
    fn who_was_killed_between_the_two_steps_has_the_old_one_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = pin(folder.path(), "pin");
        fs::rename(&path, old(&path)).unwrap();
        restore(&old(&path)).unwrap();
        assert!(path.join("pin").exists());
    }

    /// A start on demand may leave one while the place is empty.
    #[test]
    fn a_mark_gives_way_to_a_pin() {
        for put in [put, in_two_steps, |old: &Path, path: &Path| {
            fs::rename(old, super::old(path)).unwrap();
            restore(&super::old(path)).unwrap();
            Ok(true)
        }] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("place");
            symlink("failed", &path).unwrap();
            assert!(put(&pin(folder.path(), "pin"), &path).unwrap());
            assert!(path.join("pin").exists());
        }
    }

    #[test]
    fn a_file_or_a_pin_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let new = pin(folder.path(), "new");
        for taken in [file, pin(folder.path(), "other")] {
            put(&new, &taken).unwrap_err();
            assert!(taken.exists() && !taken.join("new").exists());
        }
        assert!(!put(&new, &folder.path().join("place")).unwrap());
    }

    #[test]
    fn an_old_one_whose_place_is_taken_does_not_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = pin(folder.path(), "pin");
        pin(folder.path(), ".old-pin");
        restore(&old(&path)).unwrap();
        assert!(path.join("pin").exists());
        assert!(!old(&path).exists());
    }
}
