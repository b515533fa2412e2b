//! A place in a tree where the interpreter is that loads the tree's modules.

use std::path::{Path, PathBuf};

use super::record::{Record, is_ours};

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
