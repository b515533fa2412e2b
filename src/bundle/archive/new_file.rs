//! A large file that is written piece by piece, and has a name once it is whole.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::NamedTempFile;

use crate::interrupt::{self, Undisturbed};
use crate::whole_file::{TEMPORARY, folder_of};

/// A file that has no name yet.
#[derive(Debug)]
pub(super) enum NewFile {
    /// The kernel forgets it when its writer ends, however that ends.
    Nameless(File, PathBuf),
    /// Where the file system has none such.
    Named(NamedTempFile),
}

/// Makes one in the folder of `path`.
///
/// # Errors
/// The file system refuses.
pub(super) fn beside(path: &Path) -> Result<NewFile> {
    let folder = folder_of(path);
    let nameless = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_TMPFILE)
        .mode(0o600)
        .open(folder);
    match nameless {
        Ok(file) => Ok(NewFile::Nameless(file, folder.to_owned())),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::EISDIR)) => {
            let mut named = tempfile::Builder::new();
            let make = || Ok(named.prefix(TEMPORARY).tempfile_in(folder)?);
            let named = interrupt::nothing_stays_of(make, |it| it.path().to_owned())?;
            Ok(NewFile::Named(named))
        }
        Err(error) => Err(error.into()),
    }
}

impl NewFile {
    pub(super) fn file(&mut self) -> &mut File {
        match self {
            Self::Nameless(file, _) => file,
            Self::Named(file) => file.as_file_mut(),
        }
    }

    /// Gives it this name and mode, in place of what is there, once it is on the disk.
    ///
    /// # Errors
    /// The file system refuses. Then what was at `path` is as before.
    pub(super) fn publish(mut self, path: &Path, mode: u32) -> io::Result<()> {
        self.file()
            .set_permissions(fs::Permissions::from_mode(mode))?;
        self.file().sync_all()?;
        // For a moment it has a temporary name.
        let _undisturbed = Undisturbed::begin()?;
        let named =
            match self {
                Self::Named(file) => file,
                Self::Nameless(file, folder) => tempfile::Builder::new()
                    .prefix(TEMPORARY)
                    .make_in(&folder, |name| {
                        // open(2) on O_TMPFILE: that is how it gets a name. One in use is refused, and another is tried.
                        let own = format!("/proc/self/fd/{}", file.as_raw_fd());
                        nix::unistd::linkat(
                            nix::fcntl::AT_FDCWD,
                            &*own,
                            nix::fcntl::AT_FDCWD,
                            name,
                            nix::fcntl::AtFlags::AT_SYMLINK_FOLLOW,
                        )?;
                        file.try_clone()
                    })?,
            };
        named.persist(path)?;
        Ok(())
    }
}
