//! Where the index and its sources are.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The directory of an index.
#[derive(Debug, Clone)]
pub struct Place(PathBuf);

impl Place {
    /// An index in this directory.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self(directory.to_owned())
    }

    /// The user's: `$XDG_CACHE_HOME/ldshim/index`, else `$HOME/.cache/ldshim/index`.
    ///
    /// # Errors
    /// Neither variable is an absolute path.
    pub fn of_user() -> Result<Self> {
        Ok(Self(caches()?.join("ldshim/index")))
    }

    /// The directory itself.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.0
    }

    /// What was imported from a database of nix-index.
    #[must_use]
    pub fn nixpkgs(&self) -> PathBuf {
        self.0.join("nixpkgs")
    }

    /// What was added of this machine's store.
    #[must_use]
    pub fn local(&self) -> PathBuf {
        self.0.join("local")
    }
}

/// The database of nix-index that a user has: `files` in the directory that NIX_INDEX_DATABASE names, else
/// in `nix-index` in the user's caches.
///
/// # Errors
/// None of the variables is there that would say where.
pub fn default_database() -> Result<PathBuf> {
    if let Some(directory) = variable("NIX_INDEX_DATABASE") {
        return Ok(PathBuf::from(directory).join("files"));
    }
    Ok(caches()?.join("nix-index/files"))
}

fn caches() -> Result<PathBuf> {
    let absolute = |name| {
        variable(name)
            .map(PathBuf::from)
            .filter(|it| it.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .context("cannot tell where the index is: HOME is not set to an absolute path; set it, or XDG_CACHE_HOME")
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
