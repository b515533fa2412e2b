//! Which files of a tree are modules for a program of an architecture, and which are programs.

use std::collections::{BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::elf::{Architecture, Dynamic, Image, elsewhere};
use crate::parallel;
use crate::resolver::map_file;
use crate::stub_file::is_stub_or_place;
use crate::tree::{self, is_program_or_library};

/// What there is of interest in some trees. All paths are canonical as far as their tree's is, and sorted.
#[derive(Debug, Clone, Default)]
pub struct Modules {
    /// The libraries for programs of the architecture, with glibc.
    pub libraries: Vec<PathBuf>,
    /// The foreign programs for that architecture: they name the place of a stub.
    pub programs: Vec<PathBuf>,
    /// The names of all libraries, of their files and their own: what is in a tree is loaded by its path before others ask for it by name.
    names: BTreeSet<OsString>,
}

/// What a file is.
enum Kind {
    /// With the name by which others ask for it.
    Library(Option<OsString>),
    Program,
    Other,
}

impl Modules {
    /// Whether a tree has a library of this name.
    #[must_use]
    pub fn bring(&self, name: &str) -> bool {
        self.names.contains(OsStr::new(name))
    }
}

/// Finds modules in directory trees, or takes single files as such.
///
/// # Errors
/// One of the places is not there.
pub fn find(places: &[PathBuf], architecture: &Architecture) -> Result<Modules> {
    let mut files = Vec::new();
    for place in places {
        let real = place.canonicalize();
        let real = real.with_context(|| format!("cannot look into {}", place.display()))?;
        match real.is_dir() {
            true => files.extend(
                { tree::entries(&real) }
                    .into_iter()
                    .filter(|it| is_program_or_library(it)),
            ),
            false => files.push(real),
        }
    }
    let files = once_each(files);
    let kinds = parallel::each(&files, |file| kind(file, architecture));
    let mut modules = Modules::default();
    for (file, kind) in files.into_iter().zip(kinds) {
        match kind {
            Kind::Library(soname) => {
                modules.names.extend(file.file_name().map(Into::into));
                modules.names.extend(soname);
                modules.libraries.push(file);
            }
            Kind::Program => modules.programs.push(file),
            Kind::Other => {}
        }
    }
    Ok(modules)
}

/// Each file once, by the first of its names that is no link, if there is one: links may lead out of a tree, as those of uv do.
fn once_each(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    files.sort_by_cached_key(|it| (it.is_symlink(), it.clone()));
    let mut known = HashSet::new();
    files.retain(|it| it.canonicalize().is_ok_and(|real| known.insert(real)));
    files.sort();
    files
}

fn kind(file: &Path, architecture: &Architecture) -> Kind {
    let bytes = map_file(file);
    let Some(bytes) = bytes.as_ref().ok().filter(|it| elsewhere(it).is_none()) else {
        return Kind::Other;
    };
    let image = Image::parse(bytes).ok();
    let Some(image) = image.filter(|it| architecture.matches(&it.identity)) else {
        return Kind::Other;
    };
    let Some(dynamic) = Dynamic::of(&image) else {
        return Kind::Other;
    };
    match image.interpreter() {
        // Some libraries can be started too, and then have a name of their own.
        Some(_) if dynamic.soname.is_some() => Kind::Library(dynamic.soname),
        Some(loader) if is_stub_or_place(Path::new(&loader), architecture) => Kind::Program,
        Some(_) => Kind::Other,
        None => Kind::Library(dynamic.soname),
    }
}
