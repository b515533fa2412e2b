//! The libraries that a program needs, found as its own loader finds them.

mod musl;

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use memmap2::Mmap;

use crate::elf::{self, Image};
use crate::loader_cache::CacheFile;
use crate::resolver::{Files, Found, Machine, Program, RealLoader, Start, map_file, resolve};

/// A library, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The names by which it is asked for, without folders.
    pub names: Vec<OsString>,
    /// Its file, with all links followed.
    pub source: PathBuf,
    /// The file that needs it.
    pub needed_by: PathBuf,
}

/// What a program needs.
#[derive(Debug, Default)]
pub struct Closure {
    /// The libraries, in the order in which they are loaded.
    pub libraries: Vec<Library>,
    /// The names of those that are not there.
    pub missing: Vec<OsString>,
}

/// Finds libraries, and remembers what was read for it.
#[derive(Debug, Default)]
pub struct Closures {
    loaders: HashMap<PathBuf, Known>,
}

/// A loader that was read.
#[derive(Debug)]
struct Known {
    loader: RealLoader,
    cache: Option<CacheFile<Mmap>>,
    files: Files,
}

impl Closures {
    /// The libraries that the program or module at `path`, which `bytes` are, needs when `loader` loads it.
    ///
    /// # Errors
    /// Neither the file nor the loader can be read, or is what it should be.
    pub fn of(&mut self, path: &Path, bytes: &[u8], loader: &Path) -> Result<Closure> {
        let image = Image::parse(bytes)?;
        if is_of_musl(loader) {
            return Ok(musl::closure(path, loader));
        }
        let Some(program) = Program::new(path, &image) else {
            bail!("it has no dynamic table");
        };
        let known = self.known(loader)?;
        let start = Start {
            loader: &known.loader,
            cache: known.cache.as_ref(),
            library_path: None,
            preload: None,
            is_secure: false,
        };
        let objects = resolve(&program, &start, &known.files).objects;
        let mut closure = Closure::default();
        for object in &objects {
            if matches!(object.found, Found::Program | Found::Loader) {
                continue;
            }
            let names: Vec<_> = object.names.iter().filter_map(|it| file_name(it)).collect();
            let source = object.path.as_ref().and_then(|it| it.canonicalize().ok());
            let Some(source) = source.filter(|_| !object.is_missing()) else {
                closure.missing.extend(names.into_iter().take(1));
                continue;
            };
            let requested_by = object.requested_by.and_then(|it| objects.get(it));
            let needed_by = requested_by.and_then(|it| it.path.clone());
            closure.libraries.push(Library {
                names,
                source,
                needed_by: needed_by.unwrap_or_else(|| path.to_owned()),
            });
        }
        Ok(closure)
    }

    fn known(&mut self, loader: &Path) -> Result<&Known> {
        if !self.loaders.contains_key(loader) {
            let known = Known::read(loader)
                .with_context(|| format!("cannot use the loader {}", loader.display()))?;
            self.loaders.insert(loader.to_owned(), known);
        }
        self.loaders.get(loader).context("it was just read")
    }

    /// What a loader has built in by which libraries were found.
    #[must_use]
    pub fn known_loader(&self, loader: &Path) -> Option<&RealLoader> {
        self.loaders.get(loader).map(|it| &it.loader)
    }
}

impl Known {
    fn read(path: &Path) -> Result<Self> {
        // A bundle is for other machines than this one: libraries for special processors are left out.
        let loader = RealLoader::read(path, |_| Machine {
            isa_level: 0,
            platform: None,
            legacy_hwcaps: Vec::new(),
        })?;
        let cache = loader.cache_path.as_ref().and_then(|it| map_file(it).ok());
        let cache = cache.and_then(|it| CacheFile::new(it).ok());
        let files = Files::new(&loader);
        Ok(Self {
            loader,
            cache,
            files,
        })
    }
}

/// Whether a loader is musl's, by its name.
#[must_use]
pub fn is_of_musl(loader: &Path) -> bool {
    let name = loader.file_name().unwrap_or_default();
    elf::is_of_musl(&name.to_string_lossy())
}

/// The last part of a name that may be a path.
fn file_name(name: &OsStr) -> Option<OsString> {
    Path::new(name).file_name().map(OsStr::to_owned)
}
