//! Which libraries a program without a pin finds here, for those who ask `/sbin/ldconfig -p`.
//!
//! That is what the stub would choose for a process with this environment, in the order in which the loader searches: the
//! extra paths, or the directories that are named in place of a library environment; the cache; the loader's own directories.
//! The caller's `LD_LIBRARY_PATH` does not count, nor has it ever for ldconfig.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use loader_stub::c_library::CLibrary;

use crate::elf::{Architecture, Dynamic, Image, identify};
use crate::explain::{Plan, Settings};
use crate::loader_cache::{CacheFile, Listed, sort};
use crate::resolver::{Machine, RealLoader, map_file};

/// What there is to list.
#[derive(Debug)]
pub struct Found {
    /// The cache that the loader opens, which may not be there.
    pub cache: PathBuf,
    /// The libraries, sorted as in a cache.
    pub libraries: Vec<Listed>,
}

/// The libraries for this machine's programs, and for 32-bit ones where there is a stub for them; `None` if there is no loader
/// that a program could get.
///
/// # Errors
/// The stub that is named is none.
pub fn find(settings: &Settings) -> Result<Option<Found>> {
    let mut settings = settings.clone();
    settings.environment.retain(|it| it.0 != "LD_LIBRARY_PATH");
    let mut found: Option<Found> = None;
    for architecture in architectures() {
        if found.is_some() {
            // The stub that is named is for the first.
            settings.stub = None;
        }
        let plan = Plan::of_the_stub(architecture, CLibrary::Glibc, false, None, &settings)?;
        let Some((cache, libraries)) = libraries(&plan, architecture) else {
            if found.is_none() {
                return Ok(None);
            }
            continue;
        };
        match &mut found {
            Some(found) => found.libraries.extend(libraries),
            None => found = Some(Found { cache, libraries }),
        }
    }
    if let (Some(found), Some(first)) = (&mut found, architectures().next()) {
        sort(&mut found.libraries, first);
    }
    Ok(found)
}

/// Those whose programs run here.
fn architectures() -> impl Iterator<Item = &'static Architecture> {
    let native = Architecture::ALL.into_iter();
    let native = native.filter(|it| it.machine == loader_stub::elf::MACHINE);
    let is_x86_64 = loader_stub::elf::MACHINE == Architecture::X86_64.machine;
    native.chain(is_x86_64.then_some(Architecture::I686))
}

fn libraries(plan: &Plan, architecture: &Architecture) -> Option<(PathBuf, Vec<Listed>)> {
    let loader = RealLoader::read(&plan.loader.as_ref()?.path, Machine::this).ok()?;
    let cache = plan.cache(&loader).unwrap_or_default();
    let listed = map_file(&cache).ok().and_then(|it| CacheFile::new(it).ok());
    let mut all = Vec::new();
    let first = plan.library_path.clone().unwrap_or_default();
    for directory in first.as_bytes().split(|&it| it == b':') {
        all.extend(in_directory(
            Path::new(OsStr::from_bytes(directory)),
            architecture,
        ));
    }
    let in_cache = listed.iter().flat_map(CacheFile::list);
    let in_cache = in_cache.filter(|it| it.flags == architecture.cache_flags);
    // A driver that the cache lists may not be there.
    let in_cache = in_cache.filter(|it| it.path.exists());
    all.extend(in_cache.map(|it| Listed {
        path: beside(&it.name, &it.path),
        ..it
    }));
    for directory in &loader.system_dirs {
        all.extend(in_directory(
            Path::new(OsStr::from_bytes(directory)),
            architecture,
        ));
    }
    // What the loader finds first is what there is.
    let mut seen = HashSet::new();
    all.retain(|it| seen.insert((it.name.clone(), it.demands.clone())));
    all.retain(|it| is_listed(&it.name, &it.path));
    Some((cache, all))
}

/// The libraries in a directory, by the names that ldconfig takes for one's.
#[must_use]
pub fn in_directory(directory: &Path, architecture: &Architecture) -> Vec<Listed> {
    let is_named_so = |name: &OsString| {
        let name = name.as_bytes();
        let begins = name.starts_with(b"lib") || name.starts_with(b"ld-");
        begins && (name.ends_with(b".so") || memchr::memmem::find(name, b".so.").is_some())
    };
    let is_absolute = directory.is_absolute();
    let entries = fs::read_dir(directory).ok().filter(|_| is_absolute);
    let names = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|it| it.file_name());
    let mut names: Vec<_> = names.filter(is_named_so).collect();
    names.sort();
    let files = names.into_iter().map(|name| {
        let path = directory.join(&name);
        (name, path)
    });
    let fits = |path: &Path| {
        identify(path).is_ok_and(|it| architecture.matches(&it) && it.is_shared_object())
    };
    let files = files.filter(|(_, path)| fits(path));
    files
        .map(|(name, path)| Listed::new(&name, &path, architecture.cache_flags))
        .collect()
}

/// Whether ldconfig lists a library by this name: by its soname, and by the name without a version that linkers ask for. That it
/// can be found by the name of its file as well is no reason: those who take the first line of a list want a name that lasts.
fn is_listed(name: &OsStr, path: &Path) -> bool {
    let is_for_linkers = name.as_bytes().ends_with(b".so");
    is_for_linkers || soname(path).is_none_or(|it| it == name)
}

fn soname(path: &Path) -> Option<OsString> {
    let bytes = map_file(path).ok()?;
    Dynamic::of(&Image::parse(&bytes).ok()?)?.soname
}

/// A library environment names the files themselves, and a package has them by the name that programs ask for as well. That
/// is what ldconfig would say, and what some take the version from.
fn beside(name: &OsStr, path: &Path) -> PathBuf {
    let named = path.with_file_name(name);
    let is_same = named != path && named.canonicalize().ok() == path.canonicalize().ok();
    if is_same { named } else { path.to_owned() }
}
