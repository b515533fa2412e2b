//! Where a real loader of glibc finds the libraries of a program, and why there.
//!
//! This follows glibc's own search step by step; each file names the part of glibc that it follows.
//! [`RealLoader`] is what a loader has built in, [`Start`] is what it is told at one start, and
//! [`resolve`] is what it does then. It loads nothing, and a file that is missing does not stop it,
//! as in the loader's own trace mode (`LD_TRACE_LOADED_OBJECTS`), against which all this is tested.
//!
//! Not followed: the mechanism for hardware capabilities that caches had before glibc 2.33, and
//! LD_PRELOAD, LD_AUDIT and capabilities of files for programs with more rights than their caller.

mod dlopen;
mod dlopen_notes;
mod files;
mod found;
mod guesses;
mod load;
mod loading;
mod machine;
mod map;
mod mapped;
mod object;
mod preload;
mod real_loader;
mod search;
mod symbols;
mod tokens;
mod versions;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::Mmap;

use crate::elf::{DependencyKind, Dynamic, Image};
use crate::loader_cache::CacheFile;

pub use dlopen::{Candidate, Probe};
pub use dlopen_notes::alternatives as dlopen_alternatives;
pub use files::Files;
pub use found::{Failure, Found, Look, Passed};
pub use guesses::names_in_texts;
pub use machine::Machine;
pub use mapped::map_file;
pub use object::{Object, refusal};
pub use preload::preloaded_by;
pub use real_loader::RealLoader;
pub use symbols::MissingSymbols;
pub use versions::MissingVersion;

/// What a loader is told at one start.
#[derive(Debug)]
pub struct Start<'a> {
    /// The loader.
    pub loader: &'a RealLoader,
    /// The cache that it opens, if it can.
    pub cache: Option<&'a CacheFile<Mmap>>,
    /// The LD_LIBRARY_PATH that it sees.
    pub library_path: Option<OsString>,
    /// The LD_PRELOAD that it sees.
    pub preload: Option<OsString>,
    /// Whether the program has more rights than its caller (AT_SECURE).
    pub is_secure: bool,
}

/// A program, or a library that is looked at as if it were one.
#[derive(Debug)]
pub struct Program<'a> {
    /// Its canonical path.
    pub path: &'a Path,
    /// The file.
    pub object: Arc<Object>,
    /// The loader that it names.
    pub interpreter: Option<OsString>,
    /// Names of libraries that it may load later.
    pub may_load: Vec<OsString>,
    /// A library that it loads by its path once it has started, such as an interpreter an extension module.
    pub loads: Option<PathBuf>,
    /// Whether the libraries that it brings along are looked at for such names, too.
    pub reads_libraries: bool,
    /// Names of drivers, which libraries for graphics load later.
    pub drivers: Vec<OsString>,
    /// Whether to note where each library is looked for.
    pub keeps_looks: bool,
}

impl<'a> Program<'a> {
    /// Reads a program or library; `None` if it is static.
    #[must_use]
    pub fn new(path: &'a Path, image: &Image<'_>) -> Option<Self> {
        let dynamic = Dynamic::of(image)?;
        Some(Self {
            path,
            // Never compared: the loader does not know the program's file.
            object: Arc::new(Object::new(image, (0, 0), dynamic)),
            interpreter: image.interpreter(),
            may_load: Vec::new(),
            loads: None,
            reads_libraries: false,
            drivers: Vec::new(),
            keeps_looks: false,
        })
    }
}

/// One of the objects of a process.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The path by which it is opened; `None` for the program, and if there is no such library.
    pub path: Option<PathBuf>,
    /// Why it is this file.
    pub found: Found,
    /// The number of the object for which it was loaded.
    pub requested_by: Option<usize>,
    /// What it needs.
    pub needs: Vec<Edge>,
    /// The file; `None` if there is no such library.
    pub object: Option<Arc<Object>>,
    /// The names by which it was asked for, the first one first.
    pub names: Vec<OsString>,
    /// Where the first one was looked for, in order, if that was noted.
    pub looks: Vec<Look>,
    origin: Vec<u8>,
    rpath: Vec<Vec<u8>>,
    runpath: Vec<Vec<u8>>,
}

/// That one object needs another.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The name, as it is written.
    pub name: OsString,
    /// How it is asked for.
    pub kind: DependencyKind,
    /// The number of the other object.
    pub object: usize,
}

/// What a loader does with a program.
#[derive(Debug)]
pub struct Resolution {
    /// All objects, the program first, the loader second.
    pub objects: Vec<Loaded>,
    /// Their numbers, in the order in which symbols are looked up.
    pub order: Vec<usize>,
    /// Why the loader gives up, if it does.
    pub failure: Option<Failure>,
    /// Which libraries are not preloaded, and why. The program starts without them.
    pub preload_failures: Vec<Failure>,
    /// The symbol versions that nobody offers.
    pub missing_versions: Vec<MissingVersion>,
    /// The symbols that nobody has, if it is a program that has all else.
    pub missing_symbols: Vec<MissingSymbols>,
    /// The libraries that may be loaded later.
    pub probes: Vec<Probe>,
}

/// Finds all that `program` needs.
#[must_use]
pub fn resolve(program: &Program<'_>, start: &Start<'_>, files: &Files) -> Resolution {
    load::load(program, start, files)
}

impl Loaded {
    /// Whether there is no such library.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self.found, Found::Nowhere(_))
    }

    /// What it asks for and offers; nothing if there is no such library.
    #[must_use]
    pub fn dynamic(&self) -> &Dynamic {
        static NOTHING: Dynamic = Dynamic {
            dependencies: Vec::new(),
            soname: None,
            rpath: None,
            runpath: None,
            flags_1: 0,
            versions_needed: Vec::new(),
            versions_offered: None,
            unreadable: Vec::new(),
        };
        self.object.as_ref().map_or(&NOTHING, |it| &it.dynamic)
    }

    /// Whether the loader takes it for `name`. A library that is missing answers to nothing.
    fn answers_to(&self, name: &OsStr) -> bool {
        let is_path = self
            .path
            .as_ref()
            .is_some_and(|path| path.as_os_str() == name);
        let soname = self.dynamic().soname.as_deref();
        !self.is_missing()
            && (is_path || soname == Some(name) || self.names.iter().any(|it| it == name))
    }

    fn add_name(&mut self, name: &OsStr) {
        if !self.names.iter().any(|it| it == name) {
            self.names.push(name.to_owned());
        }
    }
}
