//! Removing pins and marks.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result, bail};
use loader_stub::identity::Identity;

use super::list::{self, Condition, Content, Entry};
use super::marks::Mark;
use super::state::State;
use super::{lock, place, sweep};

/// What was removed.
#[derive(Debug)]
pub struct Removed {
    /// The pin or mark.
    pub entry: Entry,
    /// What it was like.
    pub condition: Condition,
}

/// What [`prune`] has removed.
#[derive(Debug)]
pub struct Pruned {
    /// Pins and marks.
    pub entries: Vec<Removed>,
    /// How many things that writers left behind who were killed.
    pub leftovers: usize,
}

/// Removes the pin or mark of `name`, which is an identity, or a program's path. The program need not be there any
/// more: the path at which it was pinned will do.
///
/// # Errors
/// There is none, or it cannot be removed.
pub fn unpin(state: &State, name: &OsStr) -> Result<Vec<Removed>> {
    // Where nothing is, nothing is to be made by asking.
    if !is_there(state, name)? {
        bail!(
            "there is no pin of {}; `ldshim pins` lists what there is",
            name.display()
        );
    }
    let _lock = lock::take(state, None)?;
    let removed = remove(state, named(state, name)?)?;
    sweep::sweep(state)?;
    Ok(removed)
}

/// Removes the pins of programs that are no longer there, or that an update has replaced; what cannot be read; and
/// the marks by which a program is not looked at again, so that it is. What its user has declined stays.
///
/// # Errors
/// Something cannot be removed.
pub fn prune(state: &State) -> Result<Pruned> {
    if !fs::exists(state.pins()).with_context(|| cannot_find(state))? {
        let entries = Vec::new();
        return Ok(Pruned {
            entries,
            leftovers: 0,
        });
    }
    let _lock = lock::take(state, None)?;
    let leftovers = sweep::sweep(state)?;
    let mut useless = list::all(state)?;
    useless.retain(|entry| match entry.condition() {
        Condition::Holds | Condition::PathsGone | Condition::NotKept => false,
        Condition::Marked(mark) => mark != Mark::Declined,
        Condition::ProgramGone | Condition::ProgramChanged | Condition::Damaged => true,
    });
    let entries = remove(state, useless)?;
    sweep::sweep(state)?;
    Ok(Pruned { entries, leftovers })
}

fn cannot_find(state: &State) -> String {
    format!("cannot look for pins in {}", state.directory().display())
}

fn is_there(state: &State, name: &OsStr) -> Result<bool> {
    Ok(!named(state, name)?.is_empty())
}

/// What `name` stands for.
fn named(state: &State, name: &OsStr) -> Result<Vec<Entry>> {
    let mut all = list::all(state)?;
    if let Some(identity) = Identity::parse(name.as_encoded_bytes())
        && all.iter().any(|entry| entry.identity == identity)
    {
        all.retain(|entry| entry.identity == identity);
        return Ok(all);
    }
    let identity = list::identity_of(Path::new(name));
    let recorded = recorded_path(Path::new(name));
    let recorded = recorded.to_string_lossy();
    all.retain(|entry| {
        let is_recorded =
            matches!(&entry.content, Content::Pin(pin) if pin.programs().any(|it| it == recorded));
        Some(entry.identity) == identity || is_recorded
    });
    Ok(all)
}

/// The path that a program had when it was pinned, as far as it can be told when there is none.
fn recorded_path(name: &Path) -> PathBuf {
    let absolute = absolute(name).unwrap_or_else(|_| name.to_owned());
    let in_real_folder = || {
        let folder = absolute.parent()?.canonicalize().ok()?;
        Some(folder.join(absolute.file_name()?))
    };
    name.canonicalize()
        .ok()
        .or_else(in_real_folder)
        .unwrap_or(absolute)
}

/// Takes entries away in one step each. What remains of them, and their roots, is to be swept.
fn remove(state: &State, entries: Vec<Entry>) -> Result<Vec<Removed>> {
    let mut removed = Vec::new();
    for entry in entries {
        let condition = entry.condition();
        match fs::rename(&entry.path, place::beside(&entry.path)) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            result => {
                result.with_context(|| format!("cannot remove {}", entry.path.display()))?;
            }
        }
        removed.push(Removed { entry, condition });
    }
    place::sync(&state.pins())?;
    Ok(removed)
}
