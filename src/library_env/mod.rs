//! Library environments: one directory D that tells a real loader where libraries are.
//!
//! D holds a link per library, under the name by which a directory search would find it and to the
//! canonical path of the file; `ld.so`, a link to the real loader that fits the libraries; and
//! `ld.so.cache`, glibc's cache with exactly those names and paths. Canonical paths keep a
//! library's own `$ORIGIN` right: it is the folder of the file, not D. A link `ld.so.cache.place`
//! says where the loader has the built-in path of its cache, which is for the stub to know.
//! musl's loader has no cache: its D holds links and `ld.so`, and is searched as a directory.
//!
//! Of libraries that come with the running system, such as a graphics driver's, D has names only: *known paths* are
//! directories in which libraries of those names are expected when a program starts. Nobody looks at them before, so what
//! they hold may change while D does not. A link `ld.so.cache.known` lists these directories.
//!
//! If D's path fits where the loader has that of its cache, `ld.so` is a copy of the loader that has D's path there
//! (`prepared_loader`), with a link `ld.so.original` beside it, and there is no `ld.so.cache.place`.
//!
//! A D is made in two steps: a [`Collection`] finds the libraries, [`LibraryEnv::write`] writes
//! them whole or not at all. [`inspect()`] reads a D back and says whether it still holds.
//!
//! Left out are the folders `glibc-hwcaps/` below a library directory. They hold faster duplicates
//! for newer CPUs of libraries that are also in the directory itself, so nothing is missing without
//! them. To have them, the cache would need a list of the capabilities and a second order of
//! entries, and D a second level of directories.

mod c_library;
mod cache_place;
mod collect;
mod inspect;
mod known_paths;
mod misfit;
mod noexec;
mod prepared_loader;
mod target;
mod write;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use loader_stub::c_library::CLibrary;
use loader_stub::cache_path::Place;

use crate::elf::Architecture;
use crate::loader_cache::{CacheEntry, LoaderCache};

pub use c_library::c_library;
pub use cache_place::{baked_cache_note, cache_place, written_cache_note};
pub use collect::{Collection, Note};
pub use inspect::{CacheDifference, CacheProblem, Inspection, LibraryReport, inspect};
pub use known_paths::{is_in, written_known_paths};
pub use misfit::Misfit;
pub use noexec::may_execute_in;
pub use prepared_loader::{original_loader, prepared_for};

/// The name in D of the link to the real loader.
pub const LOADER_NAME: &str = "ld.so";
/// The name in D of the link to the loader of which `ld.so` is a copy.
pub const ORIGINAL_NAME: &str = "ld.so.original";
/// The name in D of the cache.
pub const CACHE_NAME: &str = "ld.so.cache";
/// The name in D of the link that says where the loader has the built-in path of its cache.
pub const PLACE_NAME: &str = "ld.so.cache.place";
/// The name in D of the link that lists the known paths.
pub const KNOWN_PATHS_NAME: &str = "ld.so.cache.known";

/// What a library environment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryEnv {
    /// The canonical path of the real loader.
    pub loader: PathBuf,
    /// For which programs loader and libraries are.
    pub architecture: &'static Architecture,
    /// To which C library the loader belongs.
    pub c_library: CLibrary,
    /// Where the loader has the built-in path of its cache, if it has one.
    pub cache_place: Option<Place>,
    /// Directories that the stub has the loader search first, where they exist when a program starts. What they hold
    /// changes while the environment does not, and so it is in no cache.
    pub extra_paths: Vec<PathBuf>,
    /// Directories of libraries that were not looked at, and need not be there before a program starts.
    pub known_paths: Vec<PathBuf>,
    /// The canonical path of each library, by the name under which programs ask for it; of one in a known path, where it
    /// is expected.
    pub libraries: BTreeMap<OsString, PathBuf>,
    /// The file that is D's loader, if it is to be a copy of `loader`: see [`LibraryEnv::prepare_loader`].
    pub prepared_loader: Option<Vec<u8>>,
}

impl LibraryEnv {
    /// Puts `map` of a path in the place of each path, the loader's included: for a D that is used
    /// where the same files have other paths. [`LibraryEnv::write`] does not ask whether the new
    /// paths exist here.
    pub fn map_paths(&mut self, map: impl Fn(&Path) -> PathBuf) {
        self.loader = map(&self.loader);
        for path in self.libraries.values_mut() {
            *path = map(path);
        }
    }

    /// The text of the link that tells the stub of the cache, and of the extra paths; `None` if the loader has no
    /// cache, or is prepared.
    #[must_use]
    pub fn cache_note(&self) -> Option<PathBuf> {
        if self.prepared_loader.is_some() {
            return None;
        }
        let mut text = OsString::from(self.cache_place?.to_string());
        for (number, path) in self.extra_paths.iter().enumerate() {
            text.push(if number == 0 { " " } else { ":" });
            text.push(path);
        }
        Some(text.into())
    }

    /// The cache that belongs to these libraries; `None` if their loader has no use for one.
    #[must_use]
    pub fn cache(&self) -> Option<LoaderCache> {
        if self.c_library == CLibrary::Musl {
            return None;
        }
        let entries = self.libraries.iter().map(|(name, path)| CacheEntry {
            name: name.clone(),
            path: path.clone(),
            flags: self.architecture.cache_flags,
        });
        Some(LoaderCache::new(entries.collect(), self.architecture))
    }
}

/// Whether a file of this name is looked at as a library: it ends in `.so` or has `.so.` in it,
/// and is neither a path nor one of the names with a meaning of their own in D.
fn is_library_name(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    (bytes.ends_with(b".so") || memchr::memmem::find(bytes, b".so.").is_some())
        && !bytes.contains(&b'/')
        && ![
            LOADER_NAME,
            ORIGINAL_NAME,
            CACHE_NAME,
            PLACE_NAME,
            KNOWN_PATHS_NAME,
        ]
        .map(OsStr::new)
        .contains(&name)
}
