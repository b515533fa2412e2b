//! Where an environment may be written: where nothing is, or an older one.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{CACHE_NAME, LOADER_NAME, ORIGINAL_NAME};
use crate::whole_file::folder_of;

/// The place to write to, after a check that it may be written to.
pub(super) struct Target {
    pub(super) path: PathBuf,
    pub(super) parent: PathBuf,
    /// There is a library environment that has to go.
    pub(super) is_filled: bool,
}

impl Target {
    /// Finds it.
    ///
    /// # Errors
    /// There is something else, or no directory for it.
    pub(super) fn at(out: &Path) -> Result<Self> {
        let (path, is_filled) = match out.canonicalize() {
            Ok(path) => {
                let is_filled = check_replaceable(&path)?;
                (path, is_filled)
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !out.is_symlink() => {
                (absolute(out)?, false)
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot write {}", out.display()));
            }
        };
        let parent = path
            .parent()
            .with_context(|| format!("cannot replace {}", path.display()))?;
        Ok(Self {
            parent: parent.to_owned(),
            path,
            is_filled,
        })
    }
}

/// The absolute path of something that does not exist, in a directory that does.
fn absolute(out: &Path) -> Result<PathBuf> {
    let parent = folder_of(out);
    let name = out
        .file_name()
        .with_context(|| format!("cannot write {}: it has no name", out.display()))?;
    let parent = parent.canonicalize().with_context(|| {
        format!(
            "cannot write {}: cannot find the directory {}",
            out.display(),
            parent.display()
        )
    })?;
    Ok(parent.join(name))
}

/// Whether there is an environment in the directory; false if it is empty, an error if it has
/// anything else in it. An environment has links, the cache, a prepared loader and nothing else.
fn check_replaceable(directory: &Path) -> Result<bool> {
    let operation = || format!("cannot replace {}", directory.display());
    let mut is_empty = true;
    let mut is_marked = false;
    for entry in fs::read_dir(directory).with_context(operation)? {
        let entry = entry.with_context(operation)?;
        let name = entry.file_name();
        let file_type = entry.file_type().with_context(operation)?;
        let is_cache = name == CACHE_NAME && file_type.is_file();
        let is_prepared_loader = name == LOADER_NAME
            && file_type.is_file()
            && directory.join(ORIGINAL_NAME).is_symlink();
        if !is_cache && !is_prepared_loader && !file_type.is_symlink() {
            bail!(
                "cannot replace {}: it is no library environment, it has {}; name another directory",
                directory.display(),
                name.display()
            );
        }
        is_empty = false;
        is_marked |= is_cache || name == LOADER_NAME;
    }
    if !is_empty && !is_marked {
        bail!(
            "cannot replace {}: it is no library environment, it has neither {LOADER_NAME} nor {CACHE_NAME}; name another directory",
            directory.display()
        );
    }
    Ok(!is_empty)
}
