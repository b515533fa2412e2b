//! What has become of a tree since its interpreter got a copy.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::record::{FILE, Record, fingerprint, is_ours};
use crate::elf::{Architecture, identify};
use crate::modules;

/// What has become of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// Something else is in the copy's place: this path.
    Replaced(PathBuf),
    /// The modules are others than those that the pin was made for.
    Modules,
}

/// Looks what has become of a tree with this record.
///
/// # Errors
/// The tree cannot be looked at.
pub fn change(tree: &Path, record: &Record) -> Result<Change> {
    let mut paths = record.replaced.iter().map(|it| tree.join(&it.path));
    let first = paths.next().unwrap_or_default();
    if let Some(path) = std::iter::once(first.clone())
        .chain(paths)
        .find(|it| !is_ours(it, record))
    {
        return Ok(Change::Replaced(path));
    }
    let Some(architecture) = Architecture::of(&identify(&first)?) else {
        return Ok(Change::Replaced(first));
    };
    let modules = modules::find(&[tree.to_owned()], architecture)?;
    Ok(
        match fingerprint(tree, &modules.libraries) == record.modules {
            true => Change::None,
            false => Change::Modules,
        },
    )
}

/// The tree that a copy is in, if it is one.
#[must_use]
pub fn tree_of(program: &Path) -> Option<PathBuf> {
    let mut above = program.ancestors().skip(1).take(2);
    above.find(|it| it.join(FILE).is_file()).map(Path::to_owned)
}
