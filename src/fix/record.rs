//! What was done to a tree, kept in the tree: how to undo it, and by what a later change is noticed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::elf::{Image, program_identity};
use crate::resolver::map_file;

/// The name of the record, in the tree.
pub const FILE: &str = ".ldshim-fix.json";

/// The version of the format that is written, and the only one that is read.
const VERSION: u32 = 1;

/// What was done to a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    /// The interpreter of which the tree has a copy: its canonical path.
    pub original: PathBuf,
    /// The identity of the copy, by which its pin is found: 16 hexadecimal digits.
    pub identity: String,
    /// What was replaced in the tree. The first one is the copy.
    pub replaced: Vec<Replaced>,
    /// [`fingerprint`] of the modules that the pin was made for.
    pub modules: String,
}

/// A path in a tree that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// The path below the tree.
    pub path: PathBuf,
    /// What was there.
    pub was: Was,
}

/// What was at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Was {
    /// A link with this text.
    Link(PathBuf),
    /// A file, which can be had back from what is there now.
    File,
    /// Nothing.
    Nothing,
}

impl Record {
    /// A record of what is done now.
    #[must_use]
    pub fn new(
        original: PathBuf,
        identity: String,
        replaced: Vec<Replaced>,
        modules: String,
    ) -> Self {
        Self {
            version: VERSION,
            original,
            identity,
            replaced,
            modules,
        }
    }

    /// The record in a tree, if it has one.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub fn read(tree: &Path) -> Result<Option<Self>> {
        let file = tree.join(FILE);
        let operation = || format!("cannot read {}", file.display());
        if file.symlink_metadata().is_err() {
            return Ok(None);
        }
        let text = fs::read_to_string(&file).with_context(operation)?;
        let record: Self = serde_json::from_str(&text).with_context(operation)?;
        ensure!(
            record.version == VERSION,
            "{}: it is of version {}, and this ldshim knows {VERSION}; use a newer one",
            operation(),
            record.version
        );
        let is_inside = |it: &Replaced| {
            let mut parts = it.path.components();
            parts.all(|it| matches!(it, std::path::Component::Normal(_)))
        };
        ensure!(
            record.replaced.iter().all(is_inside),
            "{}: it names files outside of the tree",
            operation()
        );
        Ok(Some(record))
    }

    /// Writes the record into a tree, in one step.
    ///
    /// # Errors
    /// The file system refuses, or a path is not UTF-8.
    pub fn write(&self, tree: &Path) -> Result<()> {
        let file = tree.join(FILE);
        let operation = || format!("cannot write {}", file.display());
        let text = serde_json::to_string_pretty(self).with_context(operation)? + "\n";
        let mut new = tempfile::Builder::new()
            .prefix(".ldshim-")
            .tempfile_in(tree)
            .with_context(operation)?;
        new.write_all(text.as_bytes()).with_context(operation)?;
        new.persist(&file)
            .map_err(|it| it.error)
            .with_context(operation)?;
        Ok(())
    }
}

/// Whether a file is the copy of a record, or a link to it.
#[must_use]
pub fn is_ours(path: &Path, record: &Record) -> bool {
    let identity = || {
        let bytes = map_file(path).ok()?;
        Some(program_identity(&Image::parse(&bytes).ok()?).short)
    };
    identity().is_some_and(|it| it.to_string() == record.identity)
}

/// By what changed modules are noticed: their paths and sizes.
#[must_use]
pub fn fingerprint(tree: &Path, modules: &[PathBuf]) -> String {
    let mut hasher = DefaultHasher::new();
    for module in modules {
        let size = module.metadata().map_or(0, |it| it.len());
        (module.strip_prefix(tree).unwrap_or(module), size).hash(&mut hasher);
    }
    format!("{} {:016x}", modules.len(), hasher.finish())
}
