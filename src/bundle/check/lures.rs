//! Libraries that a bundled program must not take: where a host would have them, by the names that the bundle has.
//!
//! They are links to the bundle's own, so that a program which takes one goes on as if all were well. What is opened by which path
//! tells.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::super::Manifest;
use super::shape::{Shape, TRIPLET};
use crate::elf::Architecture;
use crate::loader_cache::{CacheEntry, LoaderCache};

/// A lure: where it is, and the place in the bundle that it leads to.
#[derive(Debug, PartialEq, Eq)]
pub struct Lure {
    /// Its path in the root.
    pub path: PathBuf,
    /// The place in the bundle.
    pub place: PathBuf,
}

/// The lures of a shape.
pub fn lures(shape: &Shape, manifest: &Manifest, architecture: &Architecture) -> Vec<Lure> {
    let mut lures = Vec::new();
    let triplet = architecture.nix_system.replace("i686", "i386") + "-gnu";
    for folder in shape.libraries {
        let folder = PathBuf::from(folder.replace(TRIPLET, &triplet));
        for (name, place) in libraries(manifest) {
            lures.push(Lure {
                path: folder.join(name),
                place: place.to_owned(),
            });
        }
    }
    let loaders = [
        (shape.has_glibc, architecture.loader_path),
        (shape.has_musl, architecture.musl_loader_path),
    ];
    for (is_there, path) in loaders {
        if is_there {
            lures.push(Lure {
                path: path.into(),
                place: "lib/ld.so".into(),
            });
        }
    }
    lures
}

/// The names of a bundle's libraries, with their places; each name once.
fn libraries(manifest: &Manifest) -> Vec<(&OsStr, &Path)> {
    let mut libraries: Vec<(&OsStr, &Path)> = Vec::new();
    for file in &manifest.files {
        let Some(name) = file.place.file_name().filter(|name| is_library(name)) else {
            continue;
        };
        // A loader has a place of its own.
        let is_loader = name.as_encoded_bytes().starts_with(b"ld-");
        if is_among_libraries(&file.place)
            && !is_loader
            && !libraries.iter().any(|(it, _)| *it == name)
        {
            libraries.push((name, &file.place));
        }
    }
    libraries
}

/// Whether a place of a bundle is in `lib`, `lib-2` and so on.
pub fn is_among_libraries(place: &Path) -> bool {
    let folder = place.components().next();
    folder.is_some_and(|it| it.as_os_str().as_encoded_bytes().starts_with(b"lib"))
}

/// Whether this is what a library or a loader is called: `libz.so`, `libz.so.1`, `ld-linux-x86-64.so.2`.
pub fn is_library(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.ends_with(".so") || name.contains(".so.") && !name.starts_with("ld.so.")
}

/// The host's list of its libraries, as ldconfig would write it.
///
/// # Errors
/// It cannot be expressed.
pub fn list(lures: &[Lure], architecture: &Architecture) -> Result<Vec<u8>> {
    let entries = lures.iter().map(|lure| CacheEntry {
        name: lure
            .path
            .file_name()
            .map_or_else(OsString::new, OsStr::to_owned),
        path: lure.path.clone(),
        flags: architecture.cache_flags,
    });
    let cache = LoaderCache::new(entries.collect(), architecture);
    cache
        .serialize()
        .context("cannot write a list of libraries")
}
