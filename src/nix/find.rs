//! Where Nix's commands are.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::Nix;

/// Where Nix is, beside PATH: on NixOS, and where its installer puts it for all users.
const PLACES: [&str; 2] = [
    "/run/current-system/sw/bin",
    "/nix/var/nix/profiles/default/bin",
];

impl Nix {
    /// Finds the commands in PATH, else where they usually are.
    ///
    /// # Errors
    /// There is no Nix.
    pub fn find() -> Result<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let directories = env::split_paths(&path).chain(PLACES.map(PathBuf::from));
        Self::find_in(directories)
    }

    fn find_in(directories: impl Iterator<Item = PathBuf>) -> Result<Self> {
        let has_nix = |directory: &PathBuf| {
            directory.is_absolute() && is_executable(&directory.join("nix-store"))
        };
        match { directories }.find(has_nix) {
            Some(directory) => Ok(Self {
                directory,
                deadline: None,
            }),
            None => bail!(
                "found no Nix: nix-store is neither in PATH nor in {}; install Nix (https://nixos.org/download), \
                 or put it into PATH",
                PLACES.join(" or ")
            ),
        }
    }
}

fn is_executable(file: &Path) -> bool {
    use nix::unistd::{AccessFlags, access};
    file.is_file() && access(file, AccessFlags::X_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_nix_is_told_where_to_get_it() {
        let nowhere = ["/nonexistent", "relative"].map(PathBuf::from);
        let error = Nix::find_in(nowhere.into_iter()).unwrap_err().to_string();
        assert!(error.contains("found no Nix"), "{error}");
        assert!(error.contains("install Nix"), "{error}");
    }

    #[test]
    fn the_first_directory_that_has_nix_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let with = folder.path().join("with");
        std::fs::create_dir(&with).unwrap();
        std::os::unix::fs::symlink("/bin/sh", with.join("nix-store")).unwrap();
        let all = [folder.path().to_owned(), with.clone()];
        assert_eq!(Nix::find_in(all.into_iter()).unwrap().directory, with);
    }
}
