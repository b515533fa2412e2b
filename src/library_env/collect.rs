//! Finding the libraries of an environment.

use std::collections::btree_map::Entry;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};

use super::misfit::{check_library, check_loader};
use super::{LibraryEnv, Misfit, c_library, cache_place, is_library_name};
use crate::elf::Architecture;
use crate::loader_cache::LoaderCache;

/// The libraries found so far, and what was left out on the way.
#[derive(Debug)]
pub struct Collection {
    env: LibraryEnv,
    notes: Vec<Note>,
}

/// Something that a caller may want to tell the user: a file that is not in the environment.
#[derive(Debug)]
pub enum Note {
    /// A file with the name of a library was left out.
    Skipped {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: Misfit,
    },
    /// Two files have one name, and the first was taken.
    Collision {
        /// The name.
        name: OsString,
        /// The file that was taken.
        kept: PathBuf,
        /// The file that was left out.
        left_out: PathBuf,
    },
}

impl Collection {
    /// An empty collection of libraries that fit a real loader.
    ///
    /// # Errors
    /// If `loader` is no loader of an architecture that ldshim knows.
    pub fn new(loader: &Path) -> Result<Self> {
        let (path, architecture) = check_loader(loader).map_err(|misfit| {
            let problem = match misfit {
                Misfit::Dangling => "no such file".to_owned(),
                Misfit::OtherMachine(identity) => {
                    let known = Architecture::ALL.map(|known| known.nix_system).join(", ");
                    format!("it is for {identity}; ldshim knows {known}")
                }
                other => other.to_string(),
            };
            anyhow!(
                "cannot use {} as the loader: {problem}; name the ld-linux file of a glibc or the ld-musl file of a musl",
                loader.display()
            )
        })?;
        Ok(Self {
            env: LibraryEnv {
                c_library: c_library(&path),
                cache_place: cache_place(&path),
                loader: path,
                architecture,
                libraries: [].into(),
            },
            notes: Vec::new(),
        })
    }

    /// The architecture of the real loader, and so of the libraries.
    #[must_use]
    pub fn architecture(&self) -> &'static Architecture {
        self.env.architecture
    }

    /// Adds the libraries in `path`, in `path/lib` and in `path/lib64`: so `path` may be a
    /// directory of libraries or the root of a package.
    ///
    /// # Errors
    /// If `path` has neither files with names of libraries nor one of those directories, or if a
    /// directory cannot be read.
    pub fn add_package(&mut self, path: &Path) -> Result<()> {
        let mut found = self.add_directory(path)?;
        for name in ["lib", "lib64"] {
            let directory = path.join(name);
            if directory.is_dir() {
                self.add_directory(&directory)?;
                found = true;
            }
        }
        ensure!(
            found,
            "{} has neither libraries nor a folder lib or lib64; name a directory of libraries or the root of a package",
            path.display()
        );
        Ok(())
    }

    /// Adds the libraries in a directory, but not those in folders below it. Tells whether there
    /// are any files with names of libraries.
    fn add_directory(&mut self, directory: &Path) -> Result<bool> {
        let operation = || format!("cannot list {}", directory.display());
        let mut names = Vec::new();
        for entry in fs::read_dir(directory).with_context(operation)? {
            let name = entry.with_context(operation)?.file_name();
            if is_library_name(&name) {
                names.push(name);
            }
        }
        names.sort();
        for name in &names {
            self.add_library(name, &directory.join(name));
        }
        Ok(!names.is_empty())
    }

    /// Adds every library that a loader of this collection's architecture would find in `cache`.
    pub fn add_cache(&mut self, cache: &LoaderCache) {
        for entry in cache.entries() {
            if entry.flags == self.env.architecture.cache_flags {
                self.add_library(&entry.name, &entry.path);
            }
        }
    }

    /// Adds the file at `path` under `name`, unless it does not fit or the name is taken.
    pub fn add_library(&mut self, name: &OsStr, path: &Path) {
        let checked = if is_library_name(name) {
            check_library(path, Some(self.env.architecture))
        } else {
            Err(Misfit::Name)
        };
        let real = match checked {
            Ok(real) => real,
            Err(reason) => {
                let path = path.to_owned();
                return self.notes.push(Note::Skipped { path, reason });
            }
        };
        match self.env.libraries.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(real);
            }
            Entry::Occupied(first) if *first.get() == real => {}
            Entry::Occupied(first) => self.notes.push(Note::Collision {
                name: name.to_owned(),
                kept: first.get().clone(),
                left_out: real,
            }),
        }
    }

    /// What was left out, in the order in which it was found.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The environment of everything added.
    ///
    /// # Errors
    /// If there is no library in it.
    pub fn finish(self) -> Result<LibraryEnv> {
        ensure!(
            !self.env.libraries.is_empty(),
            "found no library for {}, the architecture of {}",
            self.env.architecture,
            self.env.loader.display()
        );
        Ok(self.env)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skipped { path, reason } => write!(f, "left out {}: {reason}", path.display()),
            Self::Collision {
                name,
                kept,
                left_out,
            } => write!(
                f,
                "{} found twice: took {}, left out {}",
                name.display(),
                kept.display(),
                left_out.display()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loader_cache::CacheEntry;

    /// What a collection takes from a cache that lists this test's program under a name.
    fn collect(name: &str, architecture: &Architecture) -> Collection {
        let program = std::env::current_exe().unwrap();
        let mut collection = Collection::new(&program).unwrap();
        let entry = CacheEntry {
            name: name.into(),
            path: program,
            flags: architecture.cache_flags,
        };
        collection.add_cache(&LoaderCache::new(vec![entry], architecture));
        collection
    }

    fn own_architecture() -> &'static Architecture {
        let program = std::env::current_exe().unwrap();
        Collection::new(&program).unwrap().env.architecture
    }

    #[test]
    fn the_libraries_of_a_cache_are_taken() {
        let env = collect("liba.so", own_architecture()).finish().unwrap();
        assert_eq!(env.libraries.into_keys().collect::<Vec<_>>(), ["liba.so"]);
    }

    #[test]
    fn what_a_cache_has_for_other_architectures_is_not_taken() {
        for other in Architecture::ALL {
            let is_taken = collect("liba.so", other).finish().is_ok();
            assert_eq!(is_taken, other == own_architecture(), "{other}");
        }
    }

    #[test]
    fn a_cache_cannot_name_files_outside_the_environment_or_the_loader() {
        for name in [
            "../liba.so",
            "/etc/liba.so",
            "ld.so",
            "ld.so.cache",
            "ld.so.cache.place",
            "liba",
        ] {
            let collection = collect(name, own_architecture());
            let note = collection.notes()[0].to_string();
            assert!(note.ends_with(": not the name of a library"), "{note}");
            assert!(collection.finish().is_err(), "{name}");
        }
    }
}
