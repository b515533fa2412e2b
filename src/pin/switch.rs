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

/// Puts `new` at `path`. What was there is afterwards at `new`, to be swept. Tells whether anything was.
///
/// It is one step, for the stub and for whoever is killed. On file systems that cannot exchange two names it is two,
/// and in between the older pin is where [`restore`] finds it.
pub(super) fn switch(new: &Path, path: &Path) -> Result<bool> {
    let exchanged = renameat2(AT_FDCWD, new, AT_FDCWD, path, RenameFlags::RENAME_EXCHANGE);
    let result = match exchanged {
        Ok(()) => Ok(true),
        Err(Errno::ENOENT) => fs::rename(new, path).map(|()| false),
        Err(Errno::EINVAL | Errno::ENOSYS | Errno::EOPNOTSUPP) => in_two_steps(new, path),
        Err(errno) => Err(errno.into()),
    };
    result.with_context(|| place::cannot_write(path))
}

fn in_two_steps(new: &Path, path: &Path) -> io::Result<bool> {
    let old = old(path);
    match fs::rename(path, &old) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return fs::rename(new, path).map(|()| false);
        }
        result => result?,
    }
    if let Err(error) = fs::rename(new, path) {
        fs::rename(&old, path)?;
        return Err(error);
    }
    fs::rename(&old, new)?;
    Ok(true)
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
    if fs::symlink_metadata(&path).is_ok() {
        // The new one is there: what is left of the old one is to be swept.
        return fs::rename(old, place::beside(&path)).with_context(|| place::cannot_write(old));
    }
    fs::rename(old, &path).with_context(|| place::cannot_write(&path))
}

#[cfg(test)]
mod tests {
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
