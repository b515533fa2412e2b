//! What goes into a bundle, and where.
//!
//! First everything is collected; nothing is written yet. What is at which place is known at the end, when [`Contents::finish`] has given
//! the libraries their places.

mod libraries;
mod links;
mod relative;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::closure::Closures;
use super::kind::Kind;
use super::manifest;
use super::place::place;
use super::setting::Setting;
use crate::elf::Architecture;

pub use libraries::LibrarySet;
pub use relative::{relative, relative_from_folder};

/// The folder of the links to the programs.
const BIN: &str = "bin";

/// A file or link of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is made of; nothing if it is a link that the bundle adds.
    pub source: Option<PathBuf>,
    /// Why it is there.
    pub why: String,
    /// What it is made into.
    pub make: Make,
}

/// What a file of the system is made into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Make {
    /// A copy.
    Copy,
    /// A link to another place of the bundle.
    Link(PathBuf),
    /// A program that starts with the libraries of a set.
    Program {
        /// The set's number.
        set: usize,
        /// What its entry changes.
        settings: Vec<Setting>,
    },
    /// A library or module that is loaded with the libraries of a set.
    Library {
        /// The set's number.
        set: usize,
    },
    /// The loader of a set.
    Loader {
        /// The set's number.
        set: usize,
    },
}

/// A program that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its name in `bin/`.
    pub name: OsString,
    /// The place of its file.
    pub place: PathBuf,
}

/// What a bundle has in it.
#[derive(Debug, Default)]
pub struct Contents {
    /// The programs that were asked for.
    pub programs: Vec<Wanted>,
    /// All files and links, by their places.
    pub items: BTreeMap<PathBuf, Item>,
    /// The libraries: a set for each folder of them.
    pub sets: Vec<LibrarySet>,
    /// Names of libraries that are left to the host.
    pub host_libraries: Vec<String>,
    /// What is not right with the bundle, for its user to know.
    pub problems: Vec<String>,
    /// Finds libraries.
    pub closures: Closures,
}

impl Contents {
    /// Adds a program that was asked for by this path.
    ///
    /// # Errors
    /// It cannot be read, or not be bundled.
    pub fn add_program(&mut self, path: &Path) -> Result<()> {
        let absolute = std::path::absolute(path)?;
        let name = absolute.file_name().context("it has no name")?.to_owned();
        ensure!(
            self.programs.iter().all(|it| it.name != name),
            "there are two programs with the name {}",
            name.display()
        );
        // Links to it say nothing of it: `result/bin/NAME` is how Nix's users name what is in the store.
        let file = absolute.canonicalize()?;
        let target = self.add_path(&file, "a program that was asked for")?;
        let kind = self.items.get(&target).map(|it| &it.make);
        let source = self.items.get(&target).and_then(|it| it.source.clone());
        if matches!(kind, Some(Make::Library { .. })) {
            bail!("it is a library, and no program");
        }
        let mode = fs::metadata(source.as_deref().unwrap_or(path))?
            .permissions()
            .mode();
        ensure!(
            mode & 0o111 != 0,
            "it may not be executed: `chmod +x` it, if it is a program"
        );
        let link = Path::new(BIN).join(&name);
        let why = "the way to start the program".to_owned();
        self.items.insert(
            link.clone(),
            Item {
                source: None,
                why,
                make: Make::Link(relative(&link, &target)),
            },
        );
        self.programs.push(Wanted {
            name,
            place: target,
        });
        Ok(())
    }

    /// Adds what is at an absolute path, with the links on the way to it. Returns its place.
    ///
    /// # Errors
    /// It is not there, cannot be read, or is nothing that a bundle could have.
    pub fn add_path(&mut self, path: &Path, why: &str) -> Result<PathBuf> {
        let file = self.add_links(path, why)?;
        let own_place = links::place_of(path)?;
        let metadata = fs::metadata(&file)?;
        if metadata.is_dir() {
            return Ok(own_place);
        }
        ensure!(metadata.is_file(), "{} is no file", file.display());
        self.add_file(&file, why)
            .with_context(|| format!("cannot take {} along", file.display()))?;
        Ok(own_place)
    }

    /// Adds a folder with everything in it.
    ///
    /// # Errors
    /// Like [`Self::add_path`].
    pub fn add_folder(&mut self, folder: &Path, why: &str) -> Result<()> {
        self.add_path(folder, why)?;
        let real = folder.canonicalize()?;
        let mut entries = Vec::new();
        for entry in
            fs::read_dir(&real).with_context(|| format!("cannot read {}", real.display()))?
        {
            entries.push(entry?);
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.add_folder(&path, why)?;
            } else if kind.is_file() {
                self.add_path(&path, why)?;
            } else if kind.is_symlink() {
                self.add_link_of_folder(&path, &real, why)?;
            }
        }
        Ok(())
    }

    /// Adds what is at an absolute path, with everything in it if it is a folder.
    ///
    /// # Errors
    /// Like [`Self::add_path`].
    pub fn add_folder_or_file(&mut self, path: &Path, why: &str) -> Result<()> {
        match fs::metadata(path)?.is_dir() {
            true => self.add_folder(path, why),
            false => self.add_path(path, why).map(drop),
        }
    }

    /// The system that the programs are for, as Nix calls it: that of the first one with a loader, else of this machine.
    ///
    /// # Errors
    /// It is none that ldshim knows.
    pub fn system(&self) -> Result<&'static str> {
        let architecture = match self.sets.first() {
            Some(set) => Architecture::of(&crate::elf::identify(&set.loader_source)?),
            None => Architecture::of_this_machine(),
        };
        let architecture = architecture.context("bundles for this architecture cannot be made")?;
        Ok(architecture.nix_system)
    }

    /// A link in a folder: one to a file comes with that file, one to a folder only if that is in the same tree.
    fn add_link_of_folder(&mut self, path: &Path, _folder: &Path, why: &str) -> Result<()> {
        let Ok(metadata) = fs::metadata(path) else {
            self.problems
                .push(format!("{} leads nowhere and is left out", path.display()));
            return Ok(());
        };
        if metadata.is_file() || metadata.is_dir() {
            self.add_path(path, why)?;
        }
        Ok(())
    }

    /// Adds a file, with all links followed.
    fn add_file(&mut self, file: &Path, why: &str) -> Result<()> {
        let place = place(file);
        if self.items.contains_key(&place) {
            return Ok(());
        }
        let bytes = fs::read(file)?;
        let make = match Kind::of(&bytes) {
            Kind::Program { loader } => Make::Program {
                set: self.set_for_program(file, &bytes, &loader)?,
                settings: Vec::new(),
            },
            Kind::Library => Make::Library {
                set: self.set_for_module(file, &bytes)?,
            },
            Kind::Static | Kind::Script { .. } | Kind::Data => Make::Copy,
        };
        let item = Item {
            source: Some(file.to_owned()),
            why: why.to_owned(),
            make,
        };
        self.items.insert(place, item);
        Ok(())
    }

    /// The place to which links lead from a place.
    #[must_use]
    pub fn target(&self, place: &Path) -> PathBuf {
        let mut place = place.to_owned();
        // As many links as Linux follows.
        for _ in 0..40 {
            match self.items.get(&place).map(|it| &it.make) {
                Some(Make::Link(target)) => place = relative::resolve(&place, target),
                _ => break,
            }
        }
        place
    }

    /// Has a program start with these settings.
    ///
    /// # Errors
    /// It is not in the bundle, or no program with a loader.
    pub fn set(&mut self, file: &Path, new: &[Setting]) -> Result<()> {
        let item = self.items.get_mut(&place(file));
        match item.map(|it| &mut it.make) {
            Some(Make::Program { settings, .. }) => {
                settings.clear();
                settings.extend_from_slice(new);
                Ok(())
            }
            _ => bail!("{} is no program that could have settings", file.display()),
        }
    }

    /// Adds the libraries and loaders of all sets, at their places.
    ///
    /// # Errors
    /// A loader cannot be read.
    pub fn finish(&mut self) -> Result<()> {
        self.place_libraries();
        Ok(())
    }

    /// How a program of the bundle starts.
    #[must_use]
    pub fn start_of(&self, place: &Path) -> manifest::Start {
        match self.items.get(place).map(|it| &it.make) {
            Some(Make::Program { .. }) => manifest::Start::Inside,
            _ => manifest::Start::Static,
        }
    }
}
