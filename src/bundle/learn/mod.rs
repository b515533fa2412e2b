//! What a program needs, learned from a run of it.
//!
//! A file belongs into the bundle if the command found it and it is part of what is installed: all of the Nix store, and for
//! programs from elsewhere the folder that they are installed in. What is the user's or the system's stays behind, and the
//! command's user is told about it.

mod belongs;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::way::way_to_file;
use crate::watch::{self, Access, Ending, Seen};

use belongs::Installed;
pub use belongs::Reason;

/// What a run of a command has shown.
#[derive(Debug)]
pub struct Learned {
    /// Files and links that belong into the bundle, by their paths.
    pub taken: BTreeMap<PathBuf, Taken>,
    /// Files that the command found, and which stay behind.
    pub left: BTreeMap<PathBuf, Reason>,
    /// How the command ended.
    pub ending: Ending,
}

/// How a file that belongs into the bundle was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Whether it was executed.
    pub executed: bool,
    /// By which program first.
    pub by: PathBuf,
}

/// Runs a command, which starts with one of the programs or starts them, and sorts what it and its children found.
///
/// # Errors
/// It cannot be started or watched.
pub fn learn(programs: &[PathBuf], command: &mut Command) -> Result<Learned> {
    let named = command.get_args().flat_map(paths_in);
    let installed = Installed::new(programs, named.collect());
    let watched = watch::watch(command)?;
    let mut learned = Learned {
        taken: BTreeMap::new(),
        left: BTreeMap::new(),
        ending: watched.ending,
    };
    let written: Vec<&Path> = files_written(&watched.seen).collect();
    // A bundle has a loader of its own.
    let found = watched.seen.iter().filter(|it| it.error.is_none());
    for seen in found.filter(|it| it.access != Access::Interpreter) {
        learned.add(seen, &installed, &written);
    }
    learned
        .left
        .retain(|path, _| !learned.taken.contains_key(path));
    Ok(learned)
}

/// What an argument may name: itself, or what stands behind the first `=` of a flag like `--config=FILE`.
fn paths_in(argument: &OsStr) -> impl Iterator<Item = PathBuf> {
    let bytes = argument.as_bytes();
    let behind = memchr::memchr(b'=', bytes).map(|at| OsStr::from_bytes(&bytes[at + 1..]));
    // Nothing would be the current folder.
    let behind = behind.filter(|it| !it.is_empty());
    [argument].into_iter().chain(behind).map(PathBuf::from)
}

/// What the command wrote to is its own work, also where it reads it again.
fn files_written(seen: &[Seen]) -> impl Iterator<Item = &Path> {
    let written = seen.iter().filter(|it| it.access == Access::Write);
    written.filter_map(|it| it.file.as_deref())
}

impl Learned {
    fn add(&mut self, seen: &Seen, installed: &Installed, written: &[&Path]) {
        let Some(way) = way_to_file(&seen.path) else {
            return;
        };
        // A folder is written when it is renamed.
        let is_written = |path: &Path| written.iter().any(|it| path.starts_with(it));
        if way.links.iter().any(|it| is_written(it)) || is_written(&way.end) {
            return;
        }
        // The path as it was named decides: what leads into the store from /etc is the system's choice.
        let named = way.links.first().unwrap_or(&way.end);
        let looked = seen.access == Access::Look;
        match installed.leaves(named, &way.end) {
            None => {
                let executed = seen.access == Access::Execute;
                for path in way.links.into_iter().chain([way.end]) {
                    let taken = self.taken.entry(path).or_insert(Taken {
                        executed,
                        by: seen.by.clone(),
                    });
                    taken.executed |= executed;
                }
            }
            // Most of what programs only look at is on their way to something else.
            Some(_) if looked => {}
            Some(Reason::Kernel) => {}
            Some(reason) => {
                self.left.insert(way.end, reason);
            }
        }
    }
}
