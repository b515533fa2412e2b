//! Search paths without directories that have nothing of what a file needs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::facts::Facts;
use crate::elf::identify;

/// The search path of a file without the directories in which none of the libraries is that it needs and that no directory
/// before has. What depends on where the file is, such as `$ORIGIN`, stays. If there are `prefixes`, a directory has to
/// begin with one of them.
#[must_use]
pub fn shrunk(facts: &Facts, prefixes: &[Vec<u8>]) -> Option<Vec<u8>> {
    let path = facts.search_path.as_ref()?;
    let mut missing: Vec<&[u8]> = facts.needed.iter().map(Vec::as_slice).collect();
    let mut kept: Vec<&[u8]> = Vec::new();
    for directory in path.split(|&it| it == b':') {
        if directory.first().is_some_and(|&it| it != b'/') {
            kept.push(directory);
            continue;
        }
        let is_allowed = prefixes.is_empty() || prefixes.iter().any(|it| directory.starts_with(it));
        if directory.is_empty() || !is_allowed {
            continue;
        }
        let before = missing.len();
        missing.retain(|library| !has(directory, library, facts.machine));
        if missing.len() < before {
            kept.push(directory);
        }
    }
    Some(kept.join(&b':'))
}

fn has(directory: &[u8], library: &[u8], machine: u16) -> bool {
    let path = Path::new(OsStr::from_bytes(directory)).join(OsStr::from_bytes(library));
    identify(&path).is_ok_and(|it| it.machine == machine)
}
