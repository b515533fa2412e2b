//! Wrappers of nixpkgs: what `makeWrapper` and `makeBinaryWrapper` write before a program, read back.
//!
//! Only what is understood to the last word is read. A wrapper with `--run` or with conditions of its own is a script like any
//! other.

mod binary;
mod script;
mod values;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use super::super::Setting;

pub(super) use values::{Taken, to_bundle};

/// A longer file is no wrapper.
const LONGEST: u64 = 4 << 20;

/// What a wrapper does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrapper {
    /// What it starts.
    pub(super) program: PathBuf,
    /// What it changes before, in order. Values hold paths of the system.
    pub(super) settings: Vec<Setting>,
}

/// Reads a file as a wrapper; `None` if it is none.
pub(super) fn wrapper(path: &Path) -> Option<Wrapper> {
    if path.metadata().ok()?.len() > LONGEST {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    match bytes.starts_with(b"#!") {
        true => script::read(std::str::from_utf8(&bytes).ok()?),
        false => binary::read(&bytes),
    }
}
