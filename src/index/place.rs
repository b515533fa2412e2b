//! Where the index and its sources are.

use std::cmp::Reverse;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::date::date;

/// The index that a system has for all its users, by the option `programs.nix-ld.index` of the NixOS module.
const OF_SYSTEM: &str = "/run/current-system/sw/share/nix-ld/index/nixpkgs";

/// The directory of an index.
#[derive(Debug, Clone)]
pub struct Place {
    directory: PathBuf,
    /// What takes the place of [`Place::nixpkgs`] where it is newer.
    of_system: Option<PathBuf>,
}

impl Place {
    /// An index in this directory, and nowhere else.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            of_system: None,
        }
    }

    /// The user's: `$XDG_CACHE_HOME/ldshim/index`, else `$HOME/.cache/ldshim/index`; and the system's.
    ///
    /// # Errors
    /// Neither variable is an absolute path.
    pub fn of_user() -> Result<Self> {
        Ok(Self {
            directory: caches()?.join("ldshim/index"),
            of_system: Some(OF_SYSTEM.into()),
        })
    }

    /// The directory itself.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What was imported from a database of nix-index.
    #[must_use]
    pub fn nixpkgs(&self) -> PathBuf {
        self.directory.join("nixpkgs")
    }

    /// What was imported, here or for the system, as far as it is there: the newest first.
    #[must_use]
    pub fn imports(&self) -> Vec<PathBuf> {
        let all = [Some(self.nixpkgs()), self.of_system.clone()];
        let dated = |path: PathBuf| date(&path).map(|date| (date, path));
        let mut all: Vec<_> = all.into_iter().flatten().filter_map(dated).collect();
        all.sort_by_key(|(date, _)| Reverse(*date));
        all.into_iter().map(|(_, path)| path).collect()
    }

    /// What was added of this machine's store.
    #[must_use]
    pub fn local(&self) -> PathBuf {
        self.directory.join("local")
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

pub(super) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
