//! The pins and marks that there are.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use loader_stub::identity::Identity;

use super::marks::Mark;
use super::pin_json::Pin;
use super::state::State;
use super::{MANIFEST, MadeWith, manifest};
use crate::elf::{Image, program_identity};
use crate::resolver::map_file;

/// What is in the place of a program's pin.
#[derive(Debug)]
pub struct Entry {
    /// The program's identity.
    pub identity: Identity,
    /// The place.
    pub path: PathBuf,
    /// What is there.
    pub content: Content,
}

/// What can be in the place of a pin.
#[derive(Debug)]
pub enum Content {
    /// A pin.
    Pin(Box<Pin>),
    /// A mark.
    Mark(Mark),
    /// Something that cannot be read: why.
    Damaged(String),
}

/// Whether a pin is of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It is.
    Holds,
    /// There is no program any more at the path at which it was pinned.
    ProgramGone,
    /// There is another program at that path, which has another identity: it was updated.
    ProgramChanged,
    /// Store paths that it needs are gone.
    PathsGone,
    /// They are there, but nothing keeps them: Nix's garbage collector may take them at any time.
    NotKept,
    /// It is none, but a mark.
    Marked(Mark),
    /// It cannot be read.
    Damaged,
}

impl Entry {
    /// Looks whether it is of use.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let pin = match &self.content {
            Content::Pin(pin) => pin,
            Content::Mark(mark) => return Condition::Marked(*mark),
            Content::Damaged(_) => return Condition::Damaged,
        };
        let is_there = pin.programs_left(self.identity).next().is_some();
        match found_at_recorded(&pin.program) {
            Found::Nothing if !is_there => Condition::ProgramGone,
            _ if !is_there => Condition::ProgramChanged,
            _ if !self.path.join(MANIFEST).exists() => Condition::PathsGone,
            _ if !manifest::is_kept(&self.path) => Condition::NotKept,
            _ => Condition::Holds,
        }
    }

    /// Whether it is a pin that was made with another library environment than there is now in its place.
    #[must_use]
    pub fn is_older(&self) -> bool {
        match &self.content {
            Content::Pin(pin) => pin.made_with.as_ref().is_some_and(MadeWith::has_changed),
            Content::Mark(_) | Content::Damaged(_) => false,
        }
    }

    fn read(identity: Identity, path: PathBuf) -> Self {
        let content = match path.read_link() {
            Ok(text) => match Mark::parse(text.as_os_str()) {
                Some(mark) => Content::Mark(mark),
                None => Content::Damaged(format!("a link to {}", text.display())),
            },
            Err(_) => match Pin::read(&path) {
                Ok(pin) => Content::Pin(Box::new(pin)),
                Err(error) => Content::Damaged(format!("{error:#}")),
            },
        };
        Self {
            identity,
            path,
            content,
        }
    }
}

/// What is at the path of a program.
enum Found {
    Nothing,
    Program(Identity),
    /// A file that is no program.
    Other,
    /// It cannot be told: the caller may not read it.
    Unknown,
}

fn found_at(path: &Path) -> Found {
    match map_file(path) {
        Ok(bytes) => match Image::parse(&bytes) {
            Ok(image) => Found::Program(program_identity(&image).short),
            Err(_) => Found::Other,
        },
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Found::Nothing,
            _ => Found::Unknown,
        },
    }
}

/// The same for a path as a pin has it. Where it has U+FFFD, the bytes of the real one are not known.
fn found_at_recorded(path: &str) -> Found {
    match path.contains(char::REPLACEMENT_CHARACTER) {
        true => Found::Unknown,
        false => found_at(Path::new(path)),
    }
}

impl Pin {
    /// The paths at which its program was pinned and is still, or may be; the last one first.
    pub fn programs_left(&self, own: Identity) -> impl Iterator<Item = &str> {
        let is_left = move |path: &&str| match found_at_recorded(path) {
            Found::Program(identity) => identity == own,
            Found::Unknown => true,
            Found::Nothing | Found::Other => false,
        };
        self.programs().filter(is_left)
    }
}

/// The identity of the program at a path; none, if there is none.
pub(super) fn identity_of(program: &Path) -> Option<Identity> {
    match found_at(program) {
        Found::Program(identity) => Some(identity),
        _ => None,
    }
}

/// All pins and marks, by identity.
///
/// # Errors
/// The directory cannot be read. That there is none is no error.
pub fn all(state: &State) -> Result<Vec<Entry>> {
    let directory = state.pins();
    let operation = || format!("cannot list {}", directory.display());
    let entries = match fs::read_dir(&directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(operation)?,
    };
    let mut all = Vec::new();
    for entry in entries {
        let entry = entry.with_context(operation)?;
        // Other names are those of pins that are being written.
        if let Some(identity) = Identity::parse(entry.file_name().as_encoded_bytes()) {
            all.push(Entry::read(identity, entry.path()));
        }
    }
    all.sort_by_key(|entry| entry.identity);
    Ok(all)
}

/// What is in the place of a program's pin, if anything is.
#[must_use]
pub fn find(state: &State, identity: Identity) -> Option<Entry> {
    let path = state.pin(identity);
    let exists = fs::symlink_metadata(&path).is_ok();
    exists.then(|| Entry::read(identity, path))
}
