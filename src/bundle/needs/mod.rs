//! What a program needs beside the libraries that it names: by rules, and by store paths in its files.
//!
//! - `command`: a program's name leads through wrappers, which are read and become settings.
//! - `rules`: what everybody needs who uses a library or a language, one file each, with the source of the fact.
//! - `mentions`: store paths that stand in files. What is a library's path or a shell's becomes one that is found everywhere,
//!   scripts become texts that find the bundle, and the rest is told, unless a rule or a setting serves it.
//!
//! What is taken: what a rule names, what settings name, and what texts name that can be made to find it. A path in the data of a program
//! that nothing leads to is not taken, for it would not be found. With the bundle shown at `/nix/store`
//! (`--allow-namespace`) it would, and is.

mod command;
mod executables;
mod folder;
mod interpreter;
mod mentions;
mod need;
mod report;
mod rules;
mod script;
mod seen;
mod texts;
mod wrapper;

use std::path::{Path, PathBuf};

pub use command::{Command, Kind, command};
pub use need::{Library, Need, Needs, Problem, Rewrite};
pub use seen::AllSeen;

use folder::{is_for_others, take, take_all};

/// What can be done where something is looked for by a path that no bundle has.
const REMEDY: &str = "--allow-namespace shows it there";

/// What is in a bundle so far.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What the bundle is for.
    pub commands: &'a [Command],
    /// All programs, libraries and modules that are in it, as paths of the system.
    pub objects: &'a [PathBuf],
    /// Files and folders that go along because somebody says so.
    pub with: &'a [PathBuf],
    /// Whether programs see the bundle at `/nix/store`.
    pub is_at_store: bool,
}

/// What these programs need. Programs and libraries among it have needs too, so ask again with them among the objects,
/// until there is nothing new. What was learned of files is in `seen`, so that none is read twice.
#[must_use]
pub fn needs(subject: &Subject<'_>, seen: &mut AllSeen) -> Needs {
    let mut needs = Needs::default();
    seen.open(subject.objects);
    for path in subject.with {
        take_all(&mut needs, path, "--with");
    }
    for command in subject.commands {
        take_command(&mut needs, command);
    }
    rules::apply(seen, subject.commands, &mut needs);
    executables::take_along(&mut needs, subject.commands, subject.is_at_store);
    report::objects(seen, subject.is_at_store, &mut needs);
    needs.libraries.sort();
    needs.libraries.dedup();
    needs.problems.sort();
    needs.problems.dedup();
    needs
}

/// Takes what a command's settings name.
fn take_command(needs: &mut Needs, command: &Command) {
    let why = format!("named by the wrapper of {}", command.name);
    for path in &command.paths {
        take_for_programs(needs, path, &why);
    }
    for folder in &command.library_folders {
        take_libraries(needs, folder, &why);
    }
    if command.kind == Kind::Script {
        needs.add_file(&command.file, "a program that was asked for");
    }
}

/// Takes a file, or a folder without what is there for compilers and readers.
fn take_for_programs(needs: &mut Needs, path: &Path, why: &str) {
    let package = crate::nix::store_path_of(path);
    take(needs, path, why, &|it| {
        let below = package.as_deref().and_then(|top| it.strip_prefix(top).ok());
        !below.is_some_and(is_for_others)
    });
}

/// Takes the libraries of a folder as such.
fn take_libraries(needs: &mut Needs, folder: &Path, why: &str) {
    for path in folder::entries(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("lib") && name.contains(".so") && crate::tree::is_elf(&path) {
            needs.libraries.push(Library {
                source: path.clone(),
                why: why.to_owned(),
            });
        }
    }
}
