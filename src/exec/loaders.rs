//! What stands where programs look for their loader.

use std::path::{Path, PathBuf};

use crate::elf::Architecture;

/// What stands at the places of loaders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Loaders {
    /// What is there.
    #[default]
    AsTheyAre,
    /// A stub at its place, whatever is there: this file, or any that will do.
    Stub(Option<PathBuf>),
}

impl Loaders {
    /// The file that the kernel opens for the loader at `path`; `None` if one is there for sure.
    pub(super) fn file<'a>(&'a self, path: &'a Path) -> Option<&'a Path> {
        let is_place = || {
            let places = |it: &Architecture| [it.loader_path, it.musl_loader_path];
            let mut all = Architecture::ALL.into_iter().flat_map(places);
            all.any(|it| path == Path::new(it))
        };
        match self {
            Self::Stub(stub) if is_place() => stub.as_deref(),
            _ => Some(path),
        }
    }
}
