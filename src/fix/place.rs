//! A place in a tree where the interpreter is that loads the tree's modules.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::record::{Record, Replaced, Was};

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
    /// The paths in the tree at which the interpreter is to be started, and what is there, or was before a copy came
    /// there. The first one gets the copy.
    pub entries: Vec<Replaced>,
    /// The interpreter: its canonical path.
    pub original: PathBuf,
}

impl Place {
    /// The first path at which the interpreter is started.
    #[must_use]
    pub fn entry(&self) -> PathBuf {
        let first = self.entries.first().map(|it| it.path.as_path());
        self.tree.join(first.unwrap_or(Path::new("")))
    }

    /// The place as it was before a copy was put there by that record.
    ///
    /// # Errors
    /// The interpreter of which there is a copy is gone, or there is something that no record tells how to have back.
    pub fn before(mut self, record: Option<&Record>) -> Result<Self> {
        for entry in &mut self.entries {
            let path = self.tree.join(&entry.path);
            if let Some(record) = record.filter(|it| it.is_copy(&path)) {
                let known = record.replaced.iter().find(|it| it.path == entry.path);
                entry.was = known.map_or(Was::Nothing, |it| it.was.clone());
            }
        }
        let Some(first) = self.entries.first() else {
            return Ok(self);
        };
        let path = self.tree.join(&first.path);
        let is_copy = record.is_some_and(|it| it.is_copy(&path));
        ensure!(
            self.kind == Kind::Venv || is_copy || first.was != Was::File,
            "cannot put a copy of {} at {}: there is a file already; move it away",
            self.original.display(),
            path.display()
        );
        let folder = path.parent().unwrap_or(Path::new("/"));
        let original = match &first.was {
            Was::Link(target) => folder.join(target),
            Was::File if is_copy => self.tree.join(first.backup()),
            Was::File => path.clone(),
            Was::Nothing => self.original,
        };
        self.original = original.canonicalize().with_context(|| {
            format!(
                "the interpreter of {} is gone: {}; make the tree again",
                self.tree.display(),
                original.display()
            )
        })?;
        Ok(self)
    }
}

/// What is at a path of a tree now.
pub(super) fn entry(tree: &Path, path: PathBuf) -> Replaced {
    let there = tree.join(&path);
    let was = match there.read_link() {
        Ok(target) => Was::Link(target),
        Err(_) if there.symlink_metadata().is_ok() => Was::File,
        Err(_) => Was::Nothing,
    };
    Replaced { path, was }
}
