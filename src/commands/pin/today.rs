//! The libraries that a program can find today, with a pin or without.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use loader_stub::c_library::CLibrary;
use loader_stub::cache_path::CacheNote;
use loader_stub::plan;

use super::target::Target;
use crate::library_env::{Collection, original_loader, written_cache_note};
use crate::pin::MadeWith;

/// What the stub gives to a program today.
pub(super) struct Today {
    /// The loader.
    pub(super) loader: PathBuf,
    /// The libraries of the library environment, or of the directories that are named in its place.
    pub(super) libraries: Vec<(OsString, PathBuf)>,
    /// The directories that are searched first, where they exist.
    pub(super) extra_paths: Vec<PathBuf>,
    /// The directories of which libraries are among these by name, whether they are there or not.
    pub(super) known_paths: Vec<PathBuf>,
    /// Where all of this is from.
    pub(super) made_with: Option<MadeWith>,
}

impl Today {
    pub(super) fn of(target: &Target) -> Result<Self> {
        let plan = &target.dynamic()?.plan;
        let loader = plan.loader.as_ref().context("there is no loader")?;
        let named = &loader.path;
        let loader = original_loader(named).with_context(|| {
            let path = named.display();
            format!("cannot use {path} as the loader")
        })?;
        let list = plan.libraries.as_ref().map(|it| it.path.as_os_str());
        let list = list.map_or(&b""[..], OsStr::as_bytes);
        let directories = plan::directories(list, CLibrary::Glibc);
        let mut collection = Collection::new(&loader)?;
        let mut extra_paths = Vec::new();
        let directories: Vec<_> = directories
            .map(|it| PathBuf::from(OsStr::from_bytes(it)))
            .collect();
        let made_with = MadeWith::now(named, &directories);
        for directory in directories {
            // A directory that is not there, or has no library, gives the program none.
            _ = collection.add_package(&directory);
            let text = written_cache_note(&directory);
            let note = text.as_deref().and_then(CacheNote::parse);
            let paths = note.map_or(&b""[..], |note| note.extra_paths);
            let paths = plan::directories(paths, CLibrary::Glibc);
            extra_paths.extend(paths.map(|it| PathBuf::from(OsStr::from_bytes(it))));
        }
        let (libraries, known_paths) = match collection.finish() {
            Ok(env) => (env.libraries.into_iter().collect(), env.known_paths),
            Err(_) => (Vec::new(), Vec::new()),
        };
        Ok(Self {
            loader,
            libraries,
            extra_paths,
            known_paths,
            made_with,
        })
    }
}
