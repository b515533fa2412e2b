//! What has become of a tree since its interpreter got a copy.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::record::{FILE, Record, Was, fingerprint};
use crate::elf::{Architecture, identify, interpreter};
use crate::modules;

/// What has become of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// Something else is in the copy's place: this path.
    Replaced(PathBuf),
    /// The stub that the copy names is gone: this path.
    NoStub(PathBuf),
    /// The tree's link leads to another interpreter now, as after an update: this one.
    Updated(PathBuf),
    /// The modules are others than those that the pin was made for.
    Modules,
}

/// Looks what has become of a tree with this record.
///
/// # Errors
/// The tree cannot be looked at.
pub fn change(tree: &Path, record: &Record) -> Result<Change> {
    let change = change_of_copy(tree, record)?;
    let (Change::None, Some(first)) = (&change, record.replaced.first()) else {
        return Ok(change);
    };
    let path = tree.join(&first.path);
    let Some(architecture) = Architecture::of(&identify(&path)?) else {
        return Ok(Change::Replaced(path));
    };
    let modules = modules::find(&[tree.to_owned()], architecture)?;
    Ok(
        match fingerprint(tree, &modules.libraries) == record.modules {
            true => Change::None,
            false => Change::Modules,
        },
    )
}

/// Looks what has become of the copy, and not at the modules.
///
/// # Errors
/// The copy cannot be looked at.
pub fn change_of_copy(tree: &Path, record: &Record) -> Result<Change> {
    let paths = record.replaced.iter().map(|it| tree.join(&it.path));
    if let Some(path) = { paths }.find(|it| !record.is_copy(it)) {
        return Ok(Change::Replaced(path));
    }
    let Some(first) = record.replaced.first() else {
        return Ok(Change::Replaced(tree.to_owned()));
    };
    let path = tree.join(&first.path);
    if let Some(stub) = interpreter(&path)?.filter(|it| !it.exists()) {
        return Ok(Change::NoStub(stub));
    }
    if let Was::Link(target) = &first.was {
        let folder = path.parent().unwrap_or(Path::new("/"));
        let now = folder.join(target).canonicalize();
        if let Some(now) = now.ok().filter(|it| *it != record.original) {
            return Ok(Change::Updated(now));
        }
    }
    Ok(Change::None)
}

/// The tree that a program is a copy in, if it is one.
#[must_use]
pub fn tree_of(program: &Path) -> Option<PathBuf> {
    let mut above = program.ancestors().skip(1).take(2);
    let tree = above.find(|it| it.join(FILE).is_file())?;
    let record = Record::read(tree).ok().flatten()?;
    record.is_copy(program).then(|| tree.to_owned())
}
