//! Which files of a tree are modules for a program of an architecture, and which are programs.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::elf::{Architecture, Dynamic, Image};
use crate::parallel;
use crate::resolver::map_file;
use crate::stub_file;
use crate::tree::{self, is_program_or_library};

/// What there is of interest in some trees. All paths are canonical as far as their tree's is, and sorted.
#[derive(Debug, Clone, Default)]
pub struct Modules {
    /// For which programs; `None` if nothing was looked at.
    pub architecture: Option<&'static Architecture>,
    /// The libraries for programs of the architecture, with glibc.
    pub libraries: Vec<PathBuf>,
    /// The foreign programs for that architecture: they name the place of a stub.
    pub programs: Vec<PathBuf>,
    /// How many files are for other machines, for musl, or programs with a loader of their own.
    pub others: usize,
    /// The names of all libraries: what is in a tree is loaded by its path before others ask for it by name.
    names: BTreeSet<OsString>,
}

/// What a file is.
enum Kind {
    Library,
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
pub fn find(places: &[PathBuf], architecture: &'static Architecture) -> Result<Modules> {
    let mut files = Vec::new();
    for place in places {
        let real = place.canonicalize();
        let real = real.with_context(|| format!("cannot look into {}", place.display()))?;
        match real.is_dir() {
            true => files.extend(tree::files(&real, is_program_or_library).files),
            false => files.push(real),
        }
    }
    files.sort();
    files.dedup();
    let kinds = parallel::each(&files, |file| kind(file, architecture));
    let mut modules = Modules {
        architecture: Some(architecture),
        ..Modules::default()
    };
    for (file, kind) in files.into_iter().zip(kinds) {
        match kind {
            Kind::Library => {
                modules.names.extend(file.file_name().map(Into::into));
                modules.libraries.push(file);
            }
            Kind::Program => modules.programs.push(file),
            Kind::Other => modules.others += 1,
        }
    }
    Ok(modules)
}

fn kind(file: &Path, architecture: &Architecture) -> Kind {
    let bytes = map_file(file);
    let image = bytes.as_ref().ok().and_then(|it| Image::parse(it).ok());
    let Some(image) = image.filter(|it| architecture.matches(&it.identity)) else {
        return Kind::Other;
    };
    let Some(dynamic) = Dynamic::of(&image) else {
        return Kind::Other;
    };
    let needed = dynamic.dependencies.iter().map(|it| it.name.as_bytes());
    if { needed }.any(is_of_musl) {
        return Kind::Other;
    }
    match image.interpreter() {
        // Some libraries can be started too, and then have a name of their own.
        Some(_) if dynamic.soname.is_some() => Kind::Library,
        Some(loader) if stub_file::is_stub_or_place(Path::new(&loader), architecture) => {
            Kind::Program
        }
        Some(_) => Kind::Other,
        None => Kind::Library,
    }
}

/// Whether a library is musl: its C library is `libc.so`, which is a linker script with glibc, and `libc.musl-ARCH.so.1` on
/// Alpine.
fn is_of_musl(name: &[u8]) -> bool {
    name == b"libc.so" || name.starts_with(b"libc.musl-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn musl_is_known_by_the_name_of_its_c_library() {
        for name in ["libc.so", "libc.musl-x86_64.so.1"] {
            assert!(is_of_musl(name.as_bytes()), "{name}");
        }
        for name in ["libc.so.6", "libc++.so.1", "libcrypto.so"] {
            assert!(!is_of_musl(name.as_bytes()), "{name}");
        }
    }
}
