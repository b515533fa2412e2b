//! Opening a file to execute it: `do_open_execat` in Linux's `fs/exec.c`, and the rights to it of `fs/namei.c`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, faccessat};

use super::refusal::Reason;

/// Whether this user may execute the file at `path`.
///
/// # Errors
/// Why not.
pub(super) fn may_execute(path: &Path) -> Result<(), Reason> {
    if path.as_os_str().is_empty() {
        return Err(Reason::NoName);
    }
    let metadata = path.metadata().map_err(|error| unreached(path, &error))?;
    let kind = metadata.file_type();
    if !kind.is_file() {
        return Err(Reason::NoFile(if kind.is_dir() {
            "a folder"
        } else if kind.is_fifo() {
            "a pipe"
        } else if kind.is_socket() {
            "a socket"
        } else {
            "a device"
        }));
    }
    if is_noexec(path) {
        return Err(Reason::NoExec(noexec_mount(path)));
    }
    let rights = faccessat(AT_FDCWD, path, AccessFlags::X_OK, AtFlags::AT_EACCESS);
    rights.map_err(|errno| match errno {
        Errno::EACCES => Reason::Mode(metadata.mode() & 0o7777),
        errno => Reason::Other(errno),
    })
}

/// Why there is nothing at `path`, or no way to it.
fn unreached(path: &Path, error: &io::Error) -> Reason {
    match Errno::from_raw(error.raw_os_error().unwrap_or(0)) {
        Errno::ENOENT => match path.read_link() {
            Ok(target) => Reason::LeadsNowhere(target),
            Err(_) if path.as_os_str().as_bytes().ends_with(b"\r") => Reason::CarriageReturn,
            Err(_) => Reason::NotThere,
        },
        Errno::ENOTDIR => Reason::NoFolder,
        Errno::ENAMETOOLONG => Reason::TooLong,
        Errno::ELOOP => Reason::Circle,
        Errno::EACCES => Reason::Closed(closed_folder(path)),
        errno => Reason::Other(errno),
    }
}

/// The first folder on the way to `path` that may not be searched.
fn closed_folder(path: &Path) -> PathBuf {
    let mut folders: Vec<_> = path.ancestors().skip(1).collect();
    folders.reverse();
    let is_closed = |it: &&&Path| {
        let beneath = it.join(".");
        beneath
            .metadata()
            .is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    };
    let closed = folders.iter().find(is_closed);
    closed
        .or(folders.last())
        .copied()
        .unwrap_or(path)
        .to_owned()
}

/// Whether `path` is on a file system that is mounted with noexec. Then the kernel neither executes what is there nor maps code
/// of it, as loaders do with libraries.
#[must_use]
pub fn is_noexec(path: &Path) -> bool {
    statvfs(path).is_ok_and(|it| it.flags().contains(FsFlags::ST_NOEXEC))
}

/// Where the file system of `path` is mounted, by proc_pid_mountinfo(5): the last mount point that is a beginning of its path.
#[must_use]
pub fn noexec_mount(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    // Names in it are anything.
    let mounts = fs::read("/proc/self/mountinfo").ok()?;
    let lines = mounts.split(|it| *it == b'\n');
    let points = lines.filter_map(|line| line.split(|it| *it == b' ').nth(4));
    points
        .map(|it| PathBuf::from(OsString::from_vec(unescaped(it))))
        .filter(|it| path.starts_with(it))
        .max_by_key(|it| it.components().count())
}

/// A name without the octal numbers that stand for blanks, line feeds and backslashes in it.
fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut rest = name;
    let mut plain = Vec::with_capacity(name.len());
    while let [byte, more @ ..] = rest {
        let number = (*byte == b'\\').then(|| more.get(..3)).flatten();
        let number =
            number.and_then(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 8).ok());
        plain.push(number.unwrap_or(*byte));
        rest = if number.is_some() { &more[3..] } else { more };
    }
    plain
}
