//! What goes into a bundle, and where.
//!
//! First everything is collected; nothing is written yet. What is at which place is known at the end, when [`Contents::finish`] has given
//! the libraries their places.

mod launchers;
mod libraries;
mod links;
mod listed;
mod relative;
mod taken;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::closure::Closures;
use super::host::HostLibraries;
use super::kind::Kind;
use super::manifest;
use super::needs::{self, Command, Rewrite};
use super::place::place;
use super::setting::Setting;
use crate::elf::Architecture;

pub use libraries::LibrarySet;
pub use relative::{relative, relative_from_folder};

/// The folder of the links to the programs.
const BIN: &str = "bin";

/// The bits of a mode by which a program has more rights than its caller.
const SET_ID: u32 = 0o6000;

/// Why a program is there.
const ASKED_FOR: &str = "a program that was asked for";

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
    /// A file with these bytes.
    Bytes(Vec<u8>),
    /// A link to another place of the bundle.
    Link(PathBuf),
    /// A program that starts with the libraries of a set.
    Program {
        /// The set's number.
        set: usize,
        /// What its entry changes.
        settings: Vec<Setting>,
    },
    /// A program without a loader.
    Static {
        /// What is changed before it starts.
        settings: Vec<Setting>,
    },
    /// What starts a program in which the entry cannot be.
    Launcher {
        /// The set's number; a program without a loader has none.
        set: Option<usize>,
        /// The place of the program.
        program: PathBuf,
        /// What is changed before.
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
    /// Its file of the system.
    pub file: PathBuf,
    /// The path of the system by which it was asked for.
    pub asked: PathBuf,
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
    /// Which libraries are left to the host.
    pub host: HostLibraries,
    /// The names of those of them that somebody needs.
    pub host_libraries: BTreeSet<String>,
    /// All programs, libraries and modules in it, as files of the system.
    pub objects: BTreeSet<PathBuf>,
    /// Texts in files of the system that become others.
    pub rewrites: Vec<Rewrite>,
    /// What is not right with the bundle, for its user to know.
    pub problems: Vec<String>,
    /// Those of them that the last look at what programs need has shown.
    problems_of_needs: Vec<String>,
    /// Finds libraries.
    pub closures: Closures,
}

impl Contents {
    /// Contents without anything, of a bundle that leaves these libraries to the host.
    #[must_use]
    pub fn new(host: HostLibraries) -> Self {
        Self {
            host,
            ..Self::default()
        }
    }

    /// Adds a program that was asked for.
    ///
    /// # Errors
    /// It cannot be read, or not be bundled.
    pub fn add_program(&mut self, command: &Command) -> Result<()> {
        let name = OsString::from(&command.name);
        if let Some(other) = self.programs.iter().find(|it| it.name == name) {
            bail!(
                "bin/{} is {} already; bundle this one by a link with another name, which it then has",
                command.name,
                other.file.display()
            );
        }
        let mode = fs::metadata(&command.file)?.permissions().mode();
        ensure!(
            mode & 0o111 != 0,
            "it may not be executed: `chmod +x` it, if it is a program"
        );
        let place = self.add_path(&command.file, ASKED_FOR)?;
        match self.items.get(&place).map(|it| &it.make) {
            Some(Make::Library { .. }) => bail!("it is a library, and no program"),
            Some(Make::Copy) if command.kind == needs::Kind::Program => bail!(
                "it is an ELF file, but no program that could be started: damaged, not downloaded to its end, or made to be linked"
            ),
            _ => {}
        }
        if mode & SET_ID != 0 {
            self.problems.push(format!(
                "{} starts with the rights of its owner or group, and in the bundle with those of its caller",
                command.file.display()
            ));
        }
        let link = Path::new(BIN).join(&name);
        let item = Item {
            source: None,
            why: format!("starts {}", command.name),
            make: Make::Link(relative(&link, &place)),
        };
        self.items.insert(link, item);
        self.programs.push(Wanted {
            name,
            place,
            file: command.file.clone(),
            asked: command.asked.clone(),
        });
        Ok(())
    }

    /// Adds what is at an absolute path, with the links on the way to it. Returns its place.
    ///
    /// # Errors
    /// It is not there, cannot be read, or is nothing that a bundle could have.
    pub fn add_path(&mut self, path: &Path, why: &str) -> Result<PathBuf> {
        let file = self.add_links(path, why)?;
        let own_place = links::place_of(path);
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
                self.add_link_of_folder(&path, why)?;
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

    /// The architecture that the programs are for: that of the first one with a loader, else of the first one, else of this
    /// machine.
    ///
    /// # Errors
    /// It is none that ldshim knows.
    pub fn architecture(&self) -> Result<&'static Architecture> {
        let loader = self.sets.first().map(|it| it.loader_source.clone());
        let program = self.programs.first().map(|it| it.file.clone());
        let identity = loader
            .or(program)
            .and_then(|it| crate::elf::identify(&it).ok());
        let architecture = match identity {
            Some(identity) => Architecture::of(&identity),
            None => Architecture::of_this_machine(),
        };
        architecture.context("there are no bundles for programs of this architecture")
    }

    /// A link in a folder: one to a file comes with that file, one to a folder only if that is in the same tree.
    fn add_link_of_folder(&mut self, path: &Path, why: &str) -> Result<()> {
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
        let kind = Kind::of(&bytes);
        if !matches!(kind, Kind::Script { .. } | Kind::Data) {
            self.objects.insert(file.to_owned());
        }
        let make = match kind {
            Kind::Program { loader } => Make::Program {
                set: self.set_for_program(file, &bytes, &loader)?,
                settings: Vec::new(),
            },
            Kind::Library => Make::Library {
                set: self.set_for_module(file, &bytes)?,
            },
            Kind::Static => Make::Static {
                settings: Vec::new(),
            },
            Kind::Script { .. } | Kind::Data => Make::Copy,
        };
        let item = Item {
            source: Some(file.to_owned()),
            why: why.to_owned(),
            make,
        };
        self.items.insert(place, item);
        Ok(())
    }

    /// Has programs start with settings: those of their own first, then those of all.
    pub fn set(&mut self, own: &BTreeMap<PathBuf, Vec<Setting>>, of_all: &[Setting]) {
        for item in self.items.values_mut() {
            let Some(source) = &item.source else { continue };
            let first = own.get(source).map_or(&[][..], |it| it);
            match &mut item.make {
                Make::Program { settings, .. } => *settings = [first, of_all].concat(),
                // What rules say is about libraries that it does not have.
                Make::Static { settings } => *settings = first.to_vec(),
                _ => {}
            }
        }
    }

    /// Adds the libraries and loaders of all sets, at their places, and drops what cannot be listed.
    ///
    /// # Errors
    /// A program cannot be read, or is among what cannot be listed.
    pub fn finish(&mut self) -> Result<()> {
        self.problems.sort();
        self.problems.dedup();
        self.problems.append(&mut self.problems_of_needs);
        self.place_libraries();
        self.place_launchers()?;
        self.drop_unlisted()
    }

    /// How a program of the bundle starts.
    #[must_use]
    pub fn start_of(&self, place: &Path) -> manifest::Start {
        match self.items.get(place).map(|it| &it.make) {
            Some(Make::Program { .. }) => manifest::Start::Inside,
            Some(Make::Launcher { .. }) => manifest::Start::Launcher,
            Some(Make::Static { .. }) => manifest::Start::Static,
            _ => manifest::Start::Script,
        }
    }
}
