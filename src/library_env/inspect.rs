//! Reading an environment back, and saying whether it still holds.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use loader_stub::c_library::CLibrary;
use loader_stub::cache_path::CacheNote;
use loader_stub::plan;

use super::misfit::{check_library, check_loader};
use super::prepared_loader::is_unchanged;
use super::{
    CACHE_NAME, LOADER_NAME, Misfit, ORIGINAL_NAME, c_library, cache_place, is_in, is_library_name,
    prepared_for, written_cache_note, written_known_paths,
};
use crate::elf::Architecture;
use crate::loader_cache::{CacheError, LoaderCache};

/// What is in a library environment.
#[derive(Debug)]
pub struct Inspection {
    /// Its directory, as it was given.
    pub directory: PathBuf,
    /// Where `ld.so` leads, or the link to that which it is a copy of: the canonical path of the file, or the link's text
    /// if it is dangling; none if there is no `ld.so`.
    pub loader: Option<PathBuf>,
    /// For which programs the loader is, if it is one.
    pub architecture: Option<&'static Architecture>,
    /// To which C library the loader belongs, if there is one.
    pub c_library: Option<CLibrary>,
    /// What is wrong with the loader; also set if there is none.
    pub loader_problem: Option<Misfit>,
    /// The libraries, sorted by name.
    pub libraries: Vec<LibraryReport>,
    /// The number of libraries that the cache lists; 0 if it cannot be read.
    pub cache_entries: usize,
    /// What is wrong with the cache.
    pub cache_problem: Option<CacheProblem>,
    /// Whether `ld.so.cache.place` does not say what is true of the loader, or the loader is prepared for another place
    /// than this directory.
    pub is_place_wrong: bool,
    /// The path of the cache that `ld.so` is prepared for, if it is a copy of the loader.
    pub prepared_for: Option<PathBuf>,
    /// Whether `ld.so` is such a copy, but not of the loader as it is now.
    pub is_copy_outdated: bool,
    /// The directories that are searched first, where they exist when a program starts.
    pub extra_paths: Vec<PathBuf>,
    /// The directories whose libraries are listed by name, whether they are there or not.
    pub known_paths: Vec<PathBuf>,
}

/// One library of an environment.
#[derive(Debug)]
pub struct LibraryReport {
    /// The name under which programs ask for it.
    pub name: OsString,
    /// The canonical path of the file, or the link's text if it is dangling.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Option<Misfit>,
    /// Whether it is in a known path; then `path` is not followed, and that nothing is there is no problem.
    pub is_known: bool,
}

impl LibraryReport {
    /// Whether it is in a known path that does not have it now.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.is_known && !self.path.exists()
    }
}

/// Why the cache cannot be used.
#[derive(Debug)]
pub enum CacheProblem {
    /// There is none.
    Missing,
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is damaged.
    Damaged(CacheError),
    /// It does not list what the links show, sorted by name.
    Differs(Vec<CacheDifference>),
}

/// A name on which cache and links do not agree.
#[derive(Debug, PartialEq, Eq)]
pub enum CacheDifference {
    /// There is a link, but no entry.
    Lacks(OsString),
    /// There is an entry, but no link.
    Surplus(OsString),
    /// The entry is for another architecture than the loader.
    OtherArchitecture(OsString),
    /// The entry has another file than the link.
    OtherFile(OsString, PathBuf),
    /// There is an entry, but the loader's binary search misses it: the entries are out of order.
    Unreachable(OsString),
}

impl Inspection {
    /// The number of things that are wrong. A program can rely on the environment if it is 0.
    #[must_use]
    pub fn problem_count(&self) -> usize {
        let libraries = self.libraries.iter();
        usize::from(self.loader_problem.is_some())
            + usize::from(self.is_place_wrong)
            + usize::from(self.is_copy_outdated)
            + libraries
                .filter(|library| library.problem.is_some())
                .count()
            + match &self.cache_problem {
                None => 0,
                Some(CacheProblem::Differs(differences)) => differences.len(),
                Some(_) => 1,
            }
    }
}

/// Looks at every link in `directory`, at the files they lead to, and at the cache.
///
/// # Errors
/// If there is no such directory or if it cannot be read. What is wrong in it is no error.
pub fn inspect(directory: &Path) -> Result<Inspection> {
    let operation = || {
        format!(
            "cannot read the library environment {}",
            directory.display()
        )
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).with_context(operation)? {
        let name = entry.with_context(operation)?.file_name();
        if is_library_name(&name) {
            names.push(name);
        }
    }
    names.sort();

    let loader_path = directory.join(LOADER_NAME);
    let (loader, architecture, loader_problem) = match check_loader(&loader_path) {
        Ok((real, architecture)) => (Some(real), Some(architecture), None),
        Err(misfit) => {
            let original = directory.join(ORIGINAL_NAME);
            let link = if original.is_symlink() {
                &original
            } else {
                &loader_path
            };
            (where_it_leads(link), None, Some(misfit))
        }
    };
    let known_paths = written_known_paths(directory);
    let inspect_library = |name: OsString| {
        let path = directory.join(&name);
        let checked = check_library(&path, architecture);
        let target = path.read_link().ok();
        let known = target.filter(|it| is_in(&known_paths, it));
        let is_known = known.is_some();
        let (path, problem) = match (known, checked) {
            (Some(target), Ok(_) | Err(Misfit::Dangling)) => (target, None),
            (Some(target), Err(misfit)) => (target, Some(misfit)),
            (None, Ok(real)) => (real, None),
            (None, Err(misfit)) => (where_it_leads(&path).unwrap_or(path), Some(misfit)),
        };
        LibraryReport {
            name,
            path,
            problem,
            is_known,
        }
    };
    let libraries: Vec<_> = names.into_iter().map(inspect_library).collect();
    let c_library = loader_problem.is_none().then(|| c_library(&loader_path));
    let needs_cache = c_library != Some(CLibrary::Musl);
    let (cache_entries, cache_problem) = match read_cache(&directory.join(CACHE_NAME)) {
        Ok(cache) => {
            let differences = compare(&cache, &libraries, architecture);
            let problem = (!differences.is_empty()).then_some(CacheProblem::Differs(differences));
            (cache.entries().len(), problem)
        }
        Err(CacheProblem::Missing) if !needs_cache => (0, None),
        Err(problem) => (0, Some(problem)),
    };
    let prepared_for = prepared_for(&loader_path);
    let written = written_cache_note(directory);
    let note = written.as_deref().and_then(CacheNote::parse);
    let is_place_wrong = loader_problem.is_none()
        && match &prepared_for {
            Some(cache) => !is_same_file(cache, &directory.join(CACHE_NAME)),
            None => {
                let real = loader_path.canonicalize().ok();
                let place = real.and_then(|path| cache_place(&path));
                note.map(|note| note.place) != place || note.is_some() != written.is_some()
            }
        };
    let is_copy_outdated =
        loader_problem.is_none() && prepared_for.is_some() && !is_unchanged(directory);
    let extra_paths = note.map_or(&b""[..], |note| note.extra_paths);
    let extra_paths = plan::directories(extra_paths, CLibrary::Glibc);
    let extra_paths = extra_paths.map(|path| OsStr::from_bytes(path).into());
    Ok(Inspection {
        directory: directory.to_owned(),
        is_place_wrong,
        prepared_for,
        is_copy_outdated,
        extra_paths: extra_paths.collect(),
        known_paths,
        loader,
        architecture,
        c_library,
        loader_problem,
        libraries,
        cache_entries,
        cache_problem,
    })
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// The file behind a link, or the link's text if there is none.
fn where_it_leads(path: &Path) -> Option<PathBuf> {
    path.canonicalize().or_else(|_| path.read_link()).ok()
}

fn read_cache(path: &Path) -> Result<LoaderCache, CacheProblem> {
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => CacheProblem::Missing,
        _ => CacheProblem::Unreadable(error),
    })?;
    LoaderCache::parse(&bytes).map_err(CacheProblem::Damaged)
}

/// Where cache and links differ. Without a loader nobody can tell for which architecture an entry
/// should be: then any will do.
fn compare(
    cache: &LoaderCache,
    libraries: &[LibraryReport],
    architecture: Option<&Architecture>,
) -> Vec<CacheDifference> {
    let mut listed: HashMap<&OsStr, &Path> = HashMap::new();
    let mut differences = Vec::new();
    for entry in cache.entries() {
        if architecture.is_some_and(|architecture| entry.flags != architecture.cache_flags) {
            differences.push(CacheDifference::OtherArchitecture(entry.name.clone()));
        } else {
            listed.entry(&entry.name).or_insert(&entry.path);
        }
    }
    for library in libraries {
        let name = library.name.as_os_str();
        let Some(path) = listed.remove(name) else {
            differences.push(CacheDifference::Lacks(name.to_owned()));
            continue;
        };
        let is_same =
            path == library.path || path.canonicalize().is_ok_and(|real| real == library.path);
        if !is_same {
            differences.push(CacheDifference::OtherFile(name.to_owned(), path.to_owned()));
        }
        // Which entry it finds is not compared: to glibc, `liba.so.01` and `liba.so.1` are one.
        if architecture.is_some_and(|architecture| cache.lookup(name, architecture).is_none()) {
            differences.push(CacheDifference::Unreachable(name.to_owned()));
        }
    }
    let surplus = listed.into_keys().map(OsStr::to_owned);
    differences.extend(surplus.map(CacheDifference::Surplus));
    differences.sort_by(|a, b| a.name().cmp(b.name()));
    differences
}

impl CacheDifference {
    /// The name on which they differ.
    #[must_use]
    pub fn name(&self) -> &OsStr {
        match self {
            Self::Lacks(name)
            | Self::Surplus(name)
            | Self::OtherArchitecture(name)
            | Self::OtherFile(name, _)
            | Self::Unreachable(name) => name,
        }
    }
}

impl fmt::Display for CacheDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name().display();
        match self {
            Self::Lacks(_) => write!(f, "lacks {name}"),
            Self::Surplus(_) => write!(f, "lists {name}, which is not in the directory"),
            Self::OtherArchitecture(_) => write!(f, "lists {name} for another architecture"),
            Self::OtherFile(_, path) => write!(f, "lists {name} as {}", path.display()),
            Self::Unreachable(_) => write!(f, "is out of order: the loader does not find {name}"),
        }
    }
}
