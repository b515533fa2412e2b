//! What comes of asking for a library: where it was found, or why it was not.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Why a file is where it was found, or that it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is the program.
    Program,
    /// It is the loader, which is there before all others.
    Loader,
    /// It was asked for by a path.
    ByPath,
    /// In a directory of a `DT_RPATH`; that of the object with this number.
    Rpath(usize),
    /// In a directory of `LD_LIBRARY_PATH`.
    LibraryPath,
    /// In a directory of the `DT_RUNPATH` of the object that asks for it.
    Runpath,
    /// In the loader's cache.
    Cache,
    /// In one of the loader's own directories.
    SystemDirectory,
    /// Nowhere.
    Nowhere(Vec<Passed>),
}

/// A file of the right name that was passed over, or that the cache names and that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: &'static str,
}

impl Passed {
    /// The reason if it is not there.
    pub const NOT_THERE: &str = "not there";
}

/// One place where a library was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Why there.
    pub via: Found,
    /// The file that would have been it, or a directory that is not there; nothing if it was the loader's cache.
    pub path: Option<PathBuf>,
    /// What came of it.
    pub result: &'static str,
}

impl Look {
    /// The result if the library is taken from there.
    pub const TAKEN: &str = "taken";
}

/// A message of the loader's that ends the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The name or the path that it is about.
    pub name: OsString,
    /// The message.
    pub message: String,
}

impl Failure {
    pub(super) fn new(name: &[u8], message: &str) -> Self {
        Self {
            name: OsStr::from_bytes(name).to_owned(),
            message: message.to_owned(),
        }
    }
}
