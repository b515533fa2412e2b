//! The libraries of a bundle: a folder of them for all programs, and more folders for programs that need other files of the same
//! names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::relative::relative;
use super::{Contents, Item, Make};
use crate::bundle::closure::{Closure, Library, is_of_musl};
use crate::bundle::place::place;
use crate::elf::{Dynamic, Image};

/// The name of the loader in a folder of libraries.
const LOADER: &str = "ld.so";

/// The library that glibc loads when a thread ends (`sysdeps/nptl/pthread_cancel_init` and `libgcc_s.h` in glibc).
const UNWINDER: &str = "libgcc_s.so.1";

/// A folder of libraries and their loader.
#[derive(Debug, Clone)]
pub struct LibrarySet {
    /// Its place.
    pub folder: PathBuf,
    /// The loader, as programs name it.
    pub loader: PathBuf,
    /// The file of the loader.
    pub loader_source: PathBuf,
    /// The libraries, by the names under which they are looked for.
    pub libraries: BTreeMap<OsString, Library>,
    /// Why those are there that no file needs.
    whys: BTreeMap<PathBuf, String>,
}

impl LibrarySet {
    /// Whether its loader is musl's.
    #[must_use]
    pub fn is_of_musl(&self) -> bool {
        is_of_musl(&self.loader)
    }

    /// Whether the libraries of a program can be in it: none has the name of another one.
    fn fits(&self, closure: &Closure, loader: &Path) -> bool {
        let fits = |it: &Library| {
            (it.names.iter()).all(|name| {
                self.libraries
                    .get(name)
                    .is_none_or(|known| known.source == it.source)
            })
        };
        self.loader_source == loader && closure.libraries.iter().all(fits)
    }

    /// Takes out of a module's libraries other files of names that the set has, and what is there only for those.
    fn leave_what_is_loaded(&self, closure: &mut Closure) {
        let is_other = |it: &Library| {
            let known = it.names.iter().filter_map(|name| self.libraries.get(name));
            known.into_iter().any(|known| known.source != it.source)
        };
        let mut left = Vec::new();
        closure.libraries.retain(|it| {
            let is_left = is_other(it) || left.contains(&it.needed_by);
            if is_left {
                left.push(it.source.clone());
            }
            !is_left
        });
    }

    fn add(&mut self, closure: &Closure) {
        for library in &closure.libraries {
            for name in &library.names {
                self.libraries
                    .entry(name.clone())
                    .or_insert_with(|| library.clone());
            }
        }
    }
}

impl Contents {
    /// Finds the libraries of a program, and says in which set they are.
    pub(super) fn set_for_program(
        &mut self,
        file: &Path,
        bytes: &[u8],
        loader: &Path,
    ) -> Result<usize> {
        let source = loader.canonicalize();
        let source =
            source.with_context(|| format!("its loader {} is not there", loader.display()))?;
        let mut closure = self.closures.of(file, bytes, loader)?;
        self.leave_to_host(&mut closure);
        ensure!(
            closure.missing.is_empty(),
            "it does not find {}: `ldshim explain {}` says who needs them",
            closure
                .missing
                .iter()
                .map(|it| it.to_string_lossy())
                .collect::<Vec<_>>()
                .join(", "),
            file.display()
        );
        if !is_of_musl(loader) {
            closure.libraries.extend(unwinder(&closure, &source, file));
        }
        let known = self.sets.iter().position(|it| it.fits(&closure, &source));
        let number = known.unwrap_or_else(|| {
            let number = self.sets.len();
            let folder = match number {
                0 => "lib".to_owned(),
                _ => format!("lib-{}", number + 1),
            };
            self.sets.push(LibrarySet {
                folder: folder.into(),
                loader: loader.to_owned(),
                loader_source: source,
                libraries: BTreeMap::new(),
                whys: BTreeMap::new(),
            });
            number
        });
        self.objects
            .extend(closure.libraries.iter().map(|it| it.source.clone()));
        self.sets[number].add(&closure);
        Ok(number)
    }

    /// Finds the libraries of a module that programs load. It is for the first set: where another file of a name is in it, the
    /// loader would take that one too, for it is loaded already.
    pub(super) fn set_for_module(&mut self, file: &Path, bytes: &[u8]) -> Result<usize> {
        let Some(set) = self.sets.first() else {
            return Ok(0);
        };
        let loader = set.loader.clone();
        let mut closure = match self.closures.of(file, bytes, &loader) {
            Ok(closure) => closure,
            // One without a dynamic table, or for another machine: nothing that this loader loads.
            Err(_) => return Ok(0),
        };
        self.leave_to_host(&mut closure);
        self.sets[0].leave_what_is_loaded(&mut closure);
        for name in &closure.missing {
            self.problems.push(format!(
                "{} needs {}, which is not there",
                file.display(),
                name.display()
            ));
        }
        self.objects
            .extend(closure.libraries.iter().map(|it| it.source.clone()));
        self.sets[0].add(&closure);
        Ok(0)
    }

    /// Takes out what is left to the host, and what is there only for that.
    fn leave_to_host(&mut self, closure: &mut Closure) {
        if self.host.is_empty() {
            return;
        }
        let host = &self.host;
        let is_of_host = |name: &OsString| host.has(&name.to_string_lossy());
        let mut left = Vec::new();
        closure.libraries.retain(|it| {
            let is_left = it.names.iter().any(is_of_host) || left.contains(&it.needed_by);
            if is_left {
                left.push(it.source.clone());
                let name = it.names.iter().find(|it| is_of_host(it));
                self.host_libraries
                    .extend(name.map(|it| it.to_string_lossy().into_owned()));
            }
            !is_left
        });
        closure.missing.retain(|it| !is_of_host(it));
    }

    /// Adds a library that programs load by its name. It is for the first set.
    pub(super) fn add_library(&mut self, file: &Path, why: &str) -> Result<()> {
        let source = file.canonicalize()?;
        let bytes = fs::read(&source)?;
        let name = file.file_name().context("it has no name")?.to_owned();
        if self.host.has(&name.to_string_lossy()) {
            self.host_libraries
                .insert(name.to_string_lossy().into_owned());
            return Ok(());
        }
        self.set_for_module(&source, &bytes)?;
        self.objects.insert(source.clone());
        let image = Image::parse(&bytes)?;
        let soname = Dynamic::of(&image).and_then(|it| it.soname);
        let mut names = vec![name];
        names.extend(soname.filter(|it| *it != names[0]));
        let library = Library {
            names,
            source,
            needed_by: PathBuf::new(),
        };
        if let Some(set) = self.sets.first_mut() {
            for name in &library.names {
                set.libraries
                    .entry(name.clone())
                    .or_insert_with(|| library.clone());
            }
            set.whys
                .entry(library.source)
                .or_insert_with(|| why.to_owned());
        }
        Ok(())
    }

    /// Gives the libraries and loaders of all sets their places.
    pub(super) fn place_libraries(&mut self) {
        let sets = self.sets.clone();
        for (number, set) in sets.iter().enumerate() {
            let loader = Item {
                source: Some(set.loader_source.clone()),
                why: "the real loader".to_owned(),
                make: Make::Loader { set: number },
            };
            self.items.insert(set.folder.join(LOADER), loader);
            let mut places: BTreeMap<&Path, PathBuf> = BTreeMap::new();
            for (name, library) in &set.libraries {
                let own = set.folder.join(name);
                let make = match places.get(library.source.as_path()) {
                    Some(first) => Make::Link(relative(&own, first)),
                    None => {
                        places.insert(&library.source, own.clone());
                        self.link_from_own_place(&library.source, &own);
                        Make::Library { set: number }
                    }
                };
                let item = Item {
                    source: Some(library.source.clone()),
                    why: match set.whys.get(&library.source) {
                        Some(why) => why.clone(),
                        None => format!("needed by {}", library.needed_by.display()),
                    },
                    make,
                };
                self.items.insert(own, item);
            }
        }
    }

    /// A library that is taken along at its own place too is there once only.
    fn link_from_own_place(&mut self, source: &Path, library: &Path) {
        let own = place(source);
        if let Some(item) = self.items.get_mut(&own)
            && matches!(item.make, Make::Library { .. })
        {
            item.make = Make::Link(relative(&own, library));
        }
    }
}

/// The library that is loaded when a thread ends or an exception is thrown, if nobody needs it before: beside the loader or another
/// library.
fn unwinder(closure: &Closure, loader: &Path, file: &Path) -> Option<Library> {
    let mut libraries = closure.libraries.iter();
    if libraries.any(|it| it.names.iter().any(|name| name == UNWINDER)) {
        return None;
    }
    let mut files =
        std::iter::once(loader).chain(closure.libraries.iter().map(|it| it.source.as_path()));
    let source = files.find_map(|it| it.with_file_name(UNWINDER).canonicalize().ok())?;
    Some(Library {
        names: vec![UNWINDER.into()],
        source,
        needed_by: file.to_owned(),
    })
}
