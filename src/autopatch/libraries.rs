//! Which libraries there are in directories, by name and machine.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::target::are_compatible;
use crate::elf::{Dynamic, Image};
use crate::resolver::map_file;
use crate::surgery::{Facts, facts};
use crate::tree;

/// A library that was found.
#[derive(Debug, Clone)]
struct Library {
    directory: PathBuf,
    os_abi: u8,
    /// The versions that it offers; `None` if it has none at all.
    versions: Option<Vec<OsString>>,
}

impl Library {
    /// Whether a loader finds all these versions in it.
    fn offers(&self, versions: &[&OsStr]) -> bool {
        match &self.versions {
            // The loader lets a library without any version pass.
            None => true,
            Some(offered) => versions
                .iter()
                .all(|wanted| offered.iter().any(|it| it == wanted)),
        }
    }
}

/// All libraries that may be chosen. Of several of one name, the one that was added first is taken.
#[derive(Debug, Default)]
pub struct Libraries {
    known: HashMap<(OsString, u16), Vec<Library>>,
    seen: HashSet<PathBuf>,
    /// What was passed over, and why.
    pub skipped: Vec<String>,
}

impl Libraries {
    /// Adds the libraries of these directories, and of the directories in which they search for others. A file counts as a
    /// directory that has only this.
    pub fn add(&mut self, places: &[PathBuf], is_recursive: bool) {
        let mut places: VecDeque<PathBuf> = places.iter().cloned().collect();
        while let Some(place) = places.pop_front() {
            if !self.seen.insert(place.clone()) {
                continue;
            }
            for path in files_of(&place, is_recursive) {
                if is_library_name(&path) {
                    places.extend(self.add_file(&path));
                }
            }
        }
    }

    /// Adds a library, and returns the directories in which it searches for others.
    fn add_file(&mut self, path: &Path) -> Vec<PathBuf> {
        let Ok(bytes) = map_file(path) else {
            return Vec::new();
        };
        let Ok(said) = facts(&bytes, &[]) else {
            return Vec::new();
        };
        if said.is_debug_only {
            let path = path.display();
            self.skipped.push(format!(
                "skipping {path} because it looks like a separate debug object"
            ));
            return Vec::new();
        }
        let Some((directory, name)) = place(path) else {
            return Vec::new();
        };
        let dynamic = Image::parse(&bytes).ok().and_then(|it| Dynamic::of(&it));
        let library = Library {
            directory,
            os_abi: said.os_abi,
            versions: dynamic.and_then(|it| it.versions_offered),
        };
        self.known
            .entry((name, said.machine))
            .or_default()
            .push(library);
        searched(&said)
    }

    /// The directory of a library for a file of this machine and OS ABI that wants these versions of it. Where none has them all,
    /// the first one of the name is taken: the file may not need them.
    pub(super) fn find(
        &self,
        name: &OsStr,
        machine: u16,
        os_abi: u8,
        versions: &[&OsStr],
    ) -> Option<&Path> {
        let all = self.known.get(&(name.to_owned(), machine))?;
        let mut fit = all.iter().filter(|it| are_compatible(os_abi, it.os_abi));
        let chosen = fit.clone().find(|it| it.offers(versions));
        let chosen = chosen.or_else(|| fit.next());
        chosen.map(|it| it.directory.as_path())
    }

    /// Whether a directory has a library of this name for a machine, and it lacks some of these versions.
    pub(super) fn is_too_old(
        &self,
        name: &OsStr,
        machine: u16,
        directory: &Path,
        versions: &[&OsStr],
    ) -> bool {
        let all = self.known.get(&(name.to_owned(), machine));
        let mut there = all
            .into_iter()
            .flatten()
            .filter(|it| it.directory == directory);
        there.next().is_some_and(|it| !it.offers(versions))
    }
}

/// The files of a directory, and of those below it; a file itself.
#[must_use]
pub fn files_of(place: &Path, is_recursive: bool) -> Vec<PathBuf> {
    if !place.is_dir() {
        return vec![place.to_owned()];
    }
    if is_recursive {
        return tree::entries(place);
    }
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|it| it.path())
        .filter(|it| it.is_file())
        .collect();
    files.sort();
    files
}

/// Whether a name has `.so` in it.
fn is_library_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    memchr::memmem::find(name.as_bytes(), b".so").is_some()
}

/// The directory by which a library is found, and its name. A link of the same name counts as what it leads to.
fn place(path: &Path) -> Option<(PathBuf, OsString)> {
    let name = path.file_name()?;
    let resolved = path.canonicalize().ok()?;
    let path = if resolved.file_name() == Some(name) {
        &resolved
    } else {
        path
    };
    Some((path.parent()?.to_owned(), name.to_owned()))
}

fn searched(said: &Facts) -> Vec<PathBuf> {
    let path = said.search_path.as_deref().unwrap_or_default();
    let entries = path.split(|&it| it == b':').filter(|it| !it.is_empty());
    let absolute = entries.filter(|it| memchr::memmem::find(it, b"$ORIGIN").is_none());
    absolute
        .map(|it| PathBuf::from(OsStr::from_bytes(it)))
        .collect()
}
