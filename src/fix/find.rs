//! The trees with modules that a path stands for, and their interpreters.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::place::{Kind, Place, entry};
use super::{node, venv};

/// The interpreters of the trees that a path stands for: the tree itself, a file in it, or a project that has a virtual
/// environment or `node_modules`.
///
/// # Errors
/// There is no such path, or an interpreter is not where it should be.
pub fn places(path: &Path, search_path: Option<&OsStr>) -> Result<Vec<Place>> {
    let operation = || format!("cannot look at {}", path.display());
    ensure!(
        path.symlink_metadata().is_ok(),
        "{}: there is no such file or directory",
        operation()
    );
    let mut found = Vec::new();
    for (kind, tree) in trees(path).with_context(operation)? {
        match kind {
            Kind::Venv => found.push(venv::place(&tree)?),
            Kind::Node => found.extend(node::place(&tree, search_path)?),
            Kind::Given => {}
        }
    }
    Ok(found)
}

/// The trees that a path stands for, canonical: virtual environments, `node_modules`, and the directory itself.
///
/// # Errors
/// There is no such path.
pub fn trees(path: &Path) -> io::Result<Vec<(Kind, PathBuf)>> {
    // The interpreter in a virtual environment is a link, and its folder counts, not that of what it leads to.
    let absolute = std::path::absolute(path)?;
    let venvs = venv::trees(&absolute)
        .into_iter()
        .map(|it| (Kind::Venv, it));
    let node = node::tree(&absolute).map(|it| (Kind::Node, it));
    let itself = absolute.is_dir().then_some((Kind::Given, absolute));
    let all = venvs.chain(node).chain(itself);
    all.map(|(kind, it)| Ok((kind, it.canonicalize()?)))
        .collect()
}

/// A tree whose modules are loaded by a program that its user names.
///
/// # Errors
/// The tree or the program is not there.
pub fn given(tree: &Path, program: &Path, search_path: Option<&OsStr>) -> Result<Place> {
    let operation = || format!("cannot look at {}", tree.display());
    let tree = tree.canonicalize().with_context(operation)?;
    ensure!(tree.is_dir(), "{}: it is no directory", operation());
    let mut folders = std::env::split_paths(search_path.unwrap_or_default());
    let is_name = program.components().count() == 1 && !program.exists();
    let found = folders.find_map(|it| is_name.then(|| it.join(program)).filter(|it| it.is_file()));
    let original = found.as_deref().unwrap_or(program).canonicalize();
    let original = original.with_context(|| format!("cannot use {}", program.display()))?;
    let name = program.file_name().unwrap_or_default();
    let path = Path::new("bin").join(name);
    Ok(Place {
        entries: vec![entry(&tree, path)],
        kind: Kind::Given,
        tree,
        original,
    })
}

/// Where the standard library of a place's interpreter is said to be.
#[must_use]
pub fn home(place: &Place) -> Option<PathBuf> {
    match place.kind {
        Kind::Venv => venv::home(&place.tree),
        _ => None,
    }
}
