//! Where in a tree the interpreter is that loads the tree's modules.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::record::{Record, is_ours};
use super::{node, venv};

/// Whose modules a tree has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A virtual environment of Python: `python -m venv`, virtualenv, uv.
    Venv,
    /// A project with `node_modules`.
    Node,
    /// Whatever its user says.
    Given,
}

/// An interpreter in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whose modules the tree has.
    pub kind: Kind,
    /// The tree, canonical.
    pub tree: PathBuf,
    /// The paths in the tree at which the interpreter is to be started; the first one gets the copy.
    pub entries: Vec<Entry>,
    /// The interpreter outside of the tree; of a tree with a copy of its own, that.
    pub original: PathBuf,
}

/// A path in a tree at which an interpreter is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path below the tree.
    pub path: PathBuf,
    /// What is there now.
    pub now: Now,
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Now {
    /// A link with this text, which leads out of the tree.
    Link(PathBuf),
    /// A file.
    File,
    /// Nothing.
    Nothing,
}

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
            Kind::Node => found.push(node::place(&tree, search_path)?),
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
    let venv = venv::tree(&absolute).map(|it| (Kind::Venv, it));
    let node = node::tree(&absolute).map(|it| (Kind::Node, it));
    let itself = absolute.is_dir().then_some((Kind::Given, absolute));
    let all = [venv, node, itself].into_iter().flatten();
    all.map(|(kind, it)| Ok((kind, it.canonicalize()?)))
        .collect()
}

/// A tree whose modules are loaded by a program that its user names.
///
/// # Errors
/// The tree or the program is not there.
pub fn given(tree: &Path, program: &Path) -> Result<Place> {
    let operation = || format!("cannot look at {}", tree.display());
    let tree = tree.canonicalize().with_context(operation)?;
    let original = program.canonicalize();
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

impl Place {
    /// The place as it was before a copy was put there by that record.
    #[must_use]
    pub fn before(mut self, record: Option<&Record>) -> Self {
        let Some(record) = record else {
            return self;
        };
        if self
            .entries
            .iter()
            .any(|it| is_ours(&self.tree.join(&it.path), record))
        {
            self.original.clone_from(&record.original);
        }
        self
    }
}

/// What is at a path of a tree now.
pub(super) fn entry(tree: &Path, path: PathBuf) -> Entry {
    let there = tree.join(&path);
    let now = match there.read_link() {
        Ok(target) => Now::Link(target),
        Err(_) if there.symlink_metadata().is_ok() => Now::File,
        Err(_) => Now::Nothing,
    };
    Entry { path, now }
}
