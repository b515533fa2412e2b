//! The environment of a program as the stub and the loader read it.

use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStrExt;

use super::Settings;
use crate::elf::Architecture;

/// The value of a variable; of duplicates the loader takes the last.
pub(super) fn variable(environment: &[(OsString, OsString)], name: &str) -> Option<OsString> {
    let found = environment.iter().rev().find(|it| it.0 == name);
    found.map(|it| it.1.clone())
}

/// The environment as the stub reads it.
pub(super) fn entries(environment: &[(OsString, OsString)]) -> Vec<CString> {
    let entries = environment.iter().filter_map(|(name, value)| {
        CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()).ok()
    });
    entries.collect()
}

/// The variable of a system, which the stub's code in this program reads for its own system only;
/// or what a flag says in its place.
pub(super) fn of_system(
    settings: &Settings,
    architecture: &Architecture,
    name: &str,
    flag: Option<&OsString>,
) -> Option<CString> {
    let full = format!("{name}_{}", architecture.nix_system.replace('-', "_"));
    let mut variables = settings.environment.iter();
    let set = variables.find(|it| it.0 == *full && !it.1.is_empty());
    let value = flag.or(set.map(|it| &it.1))?;
    CString::new(value.as_bytes()).ok()
}
