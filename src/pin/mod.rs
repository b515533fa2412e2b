//! Pins: the libraries of one program, found by the stub from the program's identity alone.
//!
//! A pin is a library environment with three more names in it: `pin.json`, which says what it is; `manifest`, a link
//! to the file in the Nix store that refers to everything of the store that the pin needs; and `root`, a link to the
//! garbage collector root that keeps that file, and so all of it. Without the file the pin's paths may be gone, so
//! one look tells whether a pin can be used.
//!
//! Everything on disk is below a [`State`]. It is changed in such an order that whoever is killed at any time leaves
//! the old pin or the new one, whole and kept; [`write()`] reads as that order.

mod environment;
mod list;
mod lock;
pub mod lock_file;
mod made_with;
mod manifest;
mod marks;
mod pin_json;
mod place;
mod recheck;
mod remove;
mod state;
mod sweep;
mod switch;
mod verify;
mod write;

use std::ffi::OsString;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::elf::ProgramIdentity;

pub(crate) use environment::build as environment;
pub use list::{Condition, Content, Entry, all, find};
pub use made_with::MadeWith;
pub use marks::{Mark, mark};
pub use pin_json::Pin;
pub(crate) use place::prepare;
pub use recheck::{Rechecked, recheck};
pub use remove::{Pruned, Removed, prune, unpin};
pub use state::State;
pub use verify::{Verdict, verify, verify_with};
pub use write::{Written, check_conflict, write};

/// The name in a pin of the file that says what it is.
pub const PIN_FILE: &str = "pin.json";
/// The name in a pin of the link to the file in the store that refers to all that the pin needs.
pub const MANIFEST: &str = "manifest";
/// The name in a pin of the link to the root that keeps that file.
const ROOT: &str = "root";

/// A package that was chosen because a program needs some of its libraries. It is in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its attribute path in nixpkgs, if it is known.
    pub attribute: Option<String>,
    /// The output, such as `out` or `lib`.
    pub output: String,
    /// The output's store path.
    pub store_path: PathBuf,
    /// The names of the libraries that it was chosen for.
    pub libraries: Vec<String>,
    /// Why this one, for people.
    pub reason: String,
}

/// What a pin is made of.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The program's canonical path.
    pub program: PathBuf,
    /// Its identity.
    pub identity: ProgramIdentity,
    /// A file that is the program, as long as nothing is at its path yet.
    pub stand_in: Option<PathBuf>,
    /// The tree whose modules the program loads, if it is the copy of an interpreter that `ldshim fix` has put there.
    pub tree: Option<PathBuf>,
    /// The libraries that the program finds today in its library environment: names and files.
    pub base: Vec<(OsString, PathBuf)>,
    /// The real loader: today's, or the newer one of a chosen package.
    pub loader: PathBuf,
    /// Directories that are searched first where they exist when the program starts.
    pub extra_paths: Vec<PathBuf>,
    /// Directories whose libraries are in `base` by name, whether they are there or not.
    pub known_paths: Vec<PathBuf>,
    /// The chosen packages.
    pub packages: Vec<Package>,
    /// The commit of nixpkgs that they are from, if it is known.
    pub revision: Option<String>,
    /// What `base` is a copy of, if it is known.
    pub made_with: Option<MadeWith>,
}
