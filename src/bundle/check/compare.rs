//! What a bundled program did, held against what its original did.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use super::super::Manifest;
use super::finding::{Cause, Finding};
use super::lures::{is_among_libraries, is_library};
use super::root::PATH;
use super::shell::is_of_shell;
use crate::watch::{Access, Seen, Watched};

/// What the kernel makes up, which not every root has.
const KERNEL: [&str; 3] = ["/proc", "/sys", "/dev"];

/// The lists by which glibc's loader finds a host's libraries.
const LISTS: [&str; 2] = ["/etc/ld.so.cache", "/etc/ld.so.preload"];

/// What a run is held against.
pub struct Comparison<'a> {
    /// Where the bundle is in the run's root.
    pub place: &'a Path,
    /// What is in the bundle.
    pub manifest: &'a Manifest,
    /// What the original did, if it could be watched.
    pub original: Option<&'a Watched>,
    /// Folders in which the programs do their work: all runs see the same there, or what they have made.
    pub work: &'a [PathBuf],
}

impl Comparison<'_> {
    /// Each finding once, in the order of the programs.
    pub fn findings(&self, watched: &Watched) -> Vec<Finding> {
        let found = Found::of(self.original.map_or(&[], |it| &it.seen));
        let own = Found::of(&watched.seen);
        let mut findings = BTreeSet::new();
        for seen in &watched.seen {
            if is_of_shell(&seen.path) {
                continue;
            }
            let cause = store(seen).or_else(|| match seen.error {
                _ if is_of_shell(&seen.by) && !is_command(&seen.path) => None,
                None => self.host(seen),
                Some(_) => self.missing(seen, &found, &own),
            });
            findings.extend(cause.map(|cause| Finding {
                by: seen.by.clone(),
                cause,
            }));
        }
        let mut findings: Vec<_> = findings.into_iter().collect();
        if let Some(original) = self.original
            && original.ending != watched.ending
        {
            let by = self.place.join("bin");
            let by = watched.seen.first().map_or(by, |it| it.path.clone());
            findings.push(Finding::ending(by, watched.ending, original.ending));
        }
        findings
    }

    /// What was taken of the host.
    fn host(&self, seen: &Seen) -> Option<Cause> {
        if seen.access == Access::Look || seen.path.starts_with(self.place) {
            return None;
        }
        let path = seen.path.clone();
        let allowed = !self.manifest.host_libraries.is_empty();
        if LISTS.iter().any(|it| path == Path::new(it)) {
            return (!allowed).then_some(Cause::HostList { path });
        }
        let name = path.file_name().filter(|name| is_library(name))?;
        // What the host's own libraries need is the host's as well.
        let is_own = self.has_library(name);
        (is_own || !allowed).then_some(Cause::HostLibrary { path })
    }

    /// Whether a path means something else in each root: what the kernel makes up, and what the run itself works with.
    fn is_no_matter(&self, path: &Path) -> bool {
        let of_kernel = KERNEL.iter().any(|it| path.starts_with(it));
        of_kernel || self.work.iter().any(|it| path.starts_with(it))
    }

    fn has_library(&self, name: &OsStr) -> bool {
        let mut files = self.manifest.files.iter();
        files.any(|it| is_among_libraries(&it.place) && it.place.file_name() == Some(name))
    }

    /// What was looked for in vain, and the original finds.
    fn missing(&self, seen: &Seen, found: &Found, own: &Found) -> Option<Cause> {
        let path = &seen.path;
        // Other errors say that something is there: readlink(2) of a file that is no link, for instance.
        let is_missing = matches!(
            seen.error,
            Some(Errno::ENOENT | Errno::ENOTDIR | Errno::EACCES | Errno::ENOEXEC)
        );
        if !is_missing || self.is_no_matter(path) {
            return None;
        }
        let (original, is_there) = match path.strip_prefix(self.place) {
            Ok(place) => {
                let original = source(place);
                let is_there = original
                    .as_ref()
                    .is_some_and(|it| it.symlink_metadata().is_ok());
                (original, is_there)
            }
            Err(_) => (Some(path.clone()), false),
        };
        if let Some(original) = original
            && (is_there || found.paths.contains(original.as_path()) && has_something(&original))
        {
            let path = path.clone();
            return Some(Cause::Missing { path, original });
        }
        let name = path.file_name().filter(|name| is_library(name))?;
        let original = found.library(name)?;
        own.library(name).is_none().then(|| Cause::MissingLibrary {
            name: name.into(),
            original: original.to_owned(),
        })
    }
}

/// What was looked for in the store.
fn store(seen: &Seen) -> Option<Cause> {
    let is_in_store = |path: &Path| path.starts_with("/nix");
    let path = is_in_store(&seen.path).then(|| seen.path.clone());
    let path = path.or_else(|| seen.file.clone().filter(|it| is_in_store(it)));
    path.map(|path| Cause::Store { path })
}

/// Whether a path is one by which a shell looks for a command.
fn is_command(path: &Path) -> bool {
    let mut folders = std::env::split_paths(PATH);
    folders.any(|it| path.parent() == Some(&it))
}

/// The file of the system that is at a place of a bundle; none for those of `lib/`, which are found by name.
fn source(place: &Path) -> Option<PathBuf> {
    if let Ok(rest) = place.strip_prefix("store") {
        return Some(Path::new("/nix/store").join(rest));
    }
    let rest = place.strip_prefix("root").ok()?;
    Some(Path::new("/").join(rest))
}

/// Whether something is there that a program could miss: a folder with nothing in it is as good as none.
fn has_something(path: &Path) -> bool {
    match path.read_dir() {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => path.symlink_metadata().is_ok(),
    }
}

/// What a run found.
struct Found<'a> {
    paths: BTreeSet<&'a Path>,
}

impl<'a> Found<'a> {
    fn of(seen: &'a [Seen]) -> Self {
        let found = seen.iter().filter(|it| it.error.is_none());
        let paths = found.flat_map(|it| [Some(it.path.as_path()), it.file.as_deref()]);
        Self {
            paths: paths.flatten().collect(),
        }
    }

    fn library(&self, name: &OsStr) -> Option<&'a Path> {
        let mut paths = self.paths.iter();
        paths.find(|it| it.file_name() == Some(name)).copied()
    }
}
