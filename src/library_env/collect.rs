//! Finding the libraries of an environment.

use std::collections::btree_map::Entry;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use loader_stub::cache_path::NOTE_SIZE;

use super::misfit::{check_library, check_loader};
use super::{
    LibraryEnv, Misfit, c_library, cache_place, is_in, is_library_name, written_known_paths,
};
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
                extra_paths: Vec::new(),
                known_paths: Vec::new(),
                libraries: [].into(),
                prepared_loader: None,
            },
            notes: Vec::new(),
        })
    }

    /// The architecture of the real loader, and so of the libraries.
    #[must_use]
    pub fn architecture(&self) -> &'static Architecture {
        self.env.architecture
    }

    /// Adds a directory that is to be searched when a program starts, if it exists then.
    ///
    /// # Errors
    /// If it is no absolute path, if it cannot be one of several, or if there is no room for it; or if the loader
    /// has no cache, for then a library path of several directories does the same.
    pub fn add_extra_path(&mut self, path: &Path) -> Result<()> {
        self.check_extra_path(path)?;
        self.env.extra_paths.push(path.to_owned());
        let length = self
            .env
            .cache_note()
            .map_or(0, |note| note.as_os_str().len());
        ensure!(
            length < NOTE_SIZE,
            "cannot take {} as an extra path: together they are longer than {NOTE_SIZE} bytes; name fewer",
            path.display()
        );
        Ok(())
    }

    /// Has the libraries of a directory listed by the names that are added later, whether they are there or not.
    ///
    /// # Errors
    /// As [`Collection::add_extra_path`].
    pub fn add_known_path(&mut self, path: &Path) -> Result<()> {
        self.check_extra_path(path)?;
        if !self.env.known_paths.iter().any(|it| it == path) {
            self.env.known_paths.push(path.to_owned());
        }
        Ok(())
    }

    fn check_extra_path(&self, path: &Path) -> Result<()> {
        let bytes = path.as_os_str().as_bytes();
        let problem = if !path.is_absolute() {
            Some("it is a relative path, and programs are started anywhere")
        } else if bytes.iter().any(|byte| b":;\n\0".contains(byte)) {
            Some("it has a character that ends a path in a list of paths")
        } else if self.env.cache_place.is_none() {
            Some(
                "the loader has no cache to be searched beside it; name the directory in NIX_LD_LIBRARY_PATH",
            )
        } else {
            None
        };
        match problem {
            Some(problem) => bail!("cannot take {} as an extra path: {problem}", path.display()),
            None => Ok(()),
        }
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
    /// are any files with names of libraries. If it is a library environment, what it has in known paths is added
    /// as that.
    fn add_directory(&mut self, directory: &Path) -> Result<bool> {
        let operation = || format!("cannot list {}", directory.display());
        for path in written_known_paths(directory) {
            self.add_known_path(&path)?;
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(directory).with_context(operation)? {
            let name = entry.with_context(operation)?.file_name();
            if is_library_name(&name) {
                names.push(name);
            }
        }
        names.sort();
        for name in &names {
            let file = directory.join(name);
            match file.read_link() {
                Ok(target) if is_in(&self.env.known_paths, &target) => {
                    self.add_library(name, &target);
                }
                _ => self.add_library(name, &file),
            }
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

    /// Adds the file at `path` under `name`, unless it does not fit or the name is taken. One in a known path fits by
    /// its name.
    pub fn add_library(&mut self, name: &OsStr, path: &Path) {
        let checked = if !is_library_name(name) {
            Err(Misfit::Name)
        } else if is_in(&self.env.known_paths, path) {
            Ok(path.to_owned())
        } else {
            check_library(path, Some(self.env.architecture))
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
            "ld.so.original",
            "ld.so.cache.known",
            "liba",
        ] {
            let collection = collect(name, own_architecture());
            let note = collection.notes()[0].to_string();
            assert!(note.ends_with(": not the name of a library"), "{note}");
            assert!(collection.finish().is_err(), "{name}");
        }
    }
}
