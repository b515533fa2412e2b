//! Opening a file to execute it: `do_open_execat` in Linux's `fs/exec.c`, and the rights to it of `fs/namei.c`.

use std::ffi::{CString, OsString, c_char};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::ptr;

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
    })?;
    check(path).map_err(Reason::Other)
}

/// Asks the kernel itself, if it is Linux 6.14 or later, which knows of security modules and of files that somebody has open for
/// writing: `AT_EXECVE_CHECK`, see Linux's Documentation/userspace-api/check_exec.rst. Older ones refuse the flag.
fn check(path: &Path) -> Result<(), Errno> {
    /// Of Linux's `include/uapi/linux/fcntl.h`.
    const AT_EXECVE_CHECK: nix::libc::c_int = 0x10000;
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::ENOENT)?;
    let (arguments, environment) = ([path.as_ptr(), ptr::null()], [ptr::null::<c_char>()]);
    // SAFETY: path and lists end as they have to, and live on. With this flag nothing is executed: a kernel that does not know
    // it refuses it, as every one that it does not know.
    #[allow(unsafe_code)]
    let result = unsafe {
        nix::libc::syscall(
            nix::libc::SYS_execveat,
            nix::libc::AT_FDCWD,
            path.as_ptr(),
            arguments.as_ptr(),
            environment.as_ptr(),
            AT_EXECVE_CHECK,
        )
    };
    match Errno::result(result).map(drop) {
        Err(Errno::EINVAL | Errno::ENOSYS | Errno::EPERM) => Ok(()),
        result => result,
    }
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
