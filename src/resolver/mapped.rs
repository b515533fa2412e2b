//! Files as bytes in memory.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use memmap2::Mmap;
use nix::libc;

/// The bytes of the file at `path`, mapped.
///
/// # Errors
/// It cannot be opened or mapped, or is no file.
pub fn map_file(path: &Path) -> io::Result<Mmap> {
    let file = open_to_read(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    map(&file)
}

/// Opens a file without waiting: to open a pipe would wait for its writer.
pub(super) fn open_to_read(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK);
    options.open(path)
}

/// The bytes of an open file, mapped.
#[allow(unsafe_code)]
pub(super) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is private and read-only, and what is made of it is checked at each step, so
    // other bytes in it do no harm. Nobody can shorten a library that is in use without ending the
    // programs that use it, and this one is then ended likewise.
    unsafe { Mmap::map(file) }
}
