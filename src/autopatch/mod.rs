//! Loaders and search paths for a tree of programs and libraries, as nixpkgs' auto-patchelf sets them: each file gets the
//! directories in which the libraries are that it needs, out of those that are named.

mod file;
mod libraries;
mod order;
mod target;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::surgery::{Edit, Options};

pub use file::{Outcome, autopatch};
pub use libraries::{Libraries, files_of};
pub use target::Target;

/// What is asked for, for all files.
#[derive(Debug, Default)]
pub struct Settings {
    /// Directories that programs search before all others.
    pub runtime_dependencies: Vec<PathBuf>,
    /// Directories that all files search after all others.
    pub append_rpaths: Vec<PathBuf>,
    /// Whether libraries of the C library are looked for like all others. Else the loader finds them by itself.
    pub keep_libc: bool,
    /// Whether entries with `$ORIGIN` stay in search paths, before all others.
    pub preserve_origin: bool,
    /// Whether search paths are a `DT_RPATH`.
    pub force_rpath: bool,
    /// Further edits of each file that is edited.
    pub edits: Vec<Edit>,
    /// How edits are planned.
    pub options: Options,
    /// Whether files stay as they are.
    pub is_dry_run: bool,
}

/// A library that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its name; of several that would each do, all.
    pub names: Vec<OsString>,
    /// The file that wants it.
    pub file: PathBuf,
}

impl Missing {
    /// The library as auto-patchelf names it.
    #[must_use]
    pub fn name(&self) -> String {
        let names: Vec<_> = self.names.iter().map(|it| it.to_string_lossy()).collect();
        match &names[..] {
            [name] => name.to_string(),
            names => format!("any({})", names.join(", ")),
        }
    }
}
