//! Why there is no program to be started, for people.

use alloc::format;
use alloc::string::{String, ToString};

use loader_stub::errno;

use crate::sys::{self, Errno};

/// The exit status of a program that could not be run, as shells have it.
pub(crate) const STATUS: i32 = 127;

#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_string())
    }

    /// An operation on something, and the system's reason.
    pub(crate) fn of(operation: &str, error: Errno) -> Self {
        Self(format!("{operation}: {}", reason(error)))
    }
}

/// Texts as strerror(3) has them, for what the loader's stub never meets.
pub(crate) fn reason(Errno(number): Errno) -> String {
    let own = match number {
        libc::ENOSPC => Some("No space left on device"),
        libc::EDQUOT => Some("Disk quota exceeded"),
        libc::EROFS => Some("Read-only file system"),
        libc::ENOEXEC => Some("Exec format error"),
        libc::ENOTEMPTY => Some("Directory not empty"),
        _ => None,
    };
    let known = errno::describe(number).map(String::from_utf8_lossy);
    match (own, known) {
        (Some(text), _) => text.to_string(),
        (None, Some(text)) => text.to_string(),
        (None, None) => format!("error {number}"),
    }
}

/// Says why, and ends the process.
pub(crate) fn fail(Failure(text): &Failure) -> ! {
    sys::complain(format!("ldshim bundle: {text}\n").as_bytes());
    sys::exit(STATUS)
}
