//! Putting the copy into the tree, and what was there before back.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::copy::Copy;
use super::place::Place;
use super::record::{FILE, Record, Replaced, Was};
use crate::whole_file::{self, TEMPORARY};

/// The mode of a copy.
const MODE: u32 = 0o755;

/// Puts a copy into a tree at all places of its interpreter, and the record beside it. `older` is the record of a copy that is
/// there already. The record comes first and knows both copies, so whoever is killed in between can be undone.
///
/// # Errors
/// The file system refuses; what could not be replaced is as it was.
pub fn put(place: &Place, copy: &Copy, mut record: Record, older: Option<&Record>) -> Result<()> {
    record.replaced.clone_from(&place.entries);
    if let Some(older) = older {
        let is_known = |it: &Replaced| record.replaced.iter().any(|known| known.path == it.path);
        let is_copy = |it: &Replaced| older.is_copy(&place.tree.join(&it.path));
        let others = older
            .replaced
            .iter()
            .filter(|it| !is_known(it) && is_copy(it));
        let others: Vec<_> = others.cloned().collect();
        record.replaced.extend(others);
    }
    record.older = older.map(|it| it.identity.clone());
    record.write(&place.tree)?;
    let first = place.entry();
    let name = first.file_name().unwrap_or_default();
    for (number, it) in record.replaced.iter().enumerate() {
        let path = place.tree.join(&it.path);
        sweep(&path);
        match (&it.was, number) {
            (Was::Link(_), 1..) => link(Path::new(name), &path)?,
            (Was::File, _) => {
                keep(&path, &place.tree.join(it.backup()))?;
                write(&copy.bytes, &path)?;
            }
            _ => write(&copy.bytes, &path)?,
        }
    }
    record.older = None;
    record.write(&place.tree)
}

/// Gives a tree back what its record says. What somebody else has put there meanwhile stays. Returns the paths that were
/// restored.
///
/// # Errors
/// The file system refuses.
pub fn restore(tree: &Path, record: &Record) -> Result<Vec<PathBuf>> {
    let mut restored = Vec::new();
    // The copy last: the others are known by being links to it.
    for it in record.replaced.iter().rev() {
        let path = tree.join(&it.path);
        let backup = tree.join(it.backup());
        sweep(&path);
        if !record.is_copy(&path) {
            // Nobody needs it any more.
            _ = fs::remove_file(&backup);
            continue;
        }
        let operation = || cannot_change(&path);
        match &it.was {
            Was::Link(target) => link(target, &path)?,
            Was::File => fs::rename(&backup, &path).with_context(operation)?,
            Was::Nothing => {
                fs::remove_file(&path).with_context(operation)?;
                // A folder that has something else in it stays.
                _ = path.parent().map(fs::remove_dir);
            }
        }
        restored.push(path);
    }
    let file = tree.join(FILE);
    fs::remove_file(&file).with_context(|| cannot_change(&file))?;
    Ok(restored)
}

/// Keeps a file under another name, unless that was done before.
fn keep(path: &Path, backup: &Path) -> Result<()> {
    match fs::hard_link(path, backup) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error)
            .with_context(|| format!("cannot keep {} as {}", path.display(), backup.display())),
        _ => Ok(()),
    }
}

/// Removes what somebody has left beside a path who was killed.
fn sweep(path: &Path) {
    let folder = path.parent().unwrap_or(Path::new("/"));
    for item in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_left = item.file_name().to_string_lossy().starts_with(TEMPORARY);
        if is_left && item.file_type().is_ok_and(|it| it.is_file()) {
            _ = fs::remove_file(item.path());
        }
    }
}

/// Makes a link, in place of what is there.
fn link(target: &Path, path: &Path) -> Result<()> {
    let operation = || cannot_change(path);
    let folder = path.parent().unwrap_or(Path::new("/"));
    let new = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempdir_in(folder)
        .with_context(operation)?;
    let beside = new.path().join("link");
    symlink(target, &beside).with_context(operation)?;
    fs::rename(&beside, path).with_context(operation)
}

/// Writes a program, in place of what is there.
fn write(bytes: &[u8], path: &Path) -> Result<()> {
    let operation = || cannot_change(path);
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).with_context(operation)?;
    whole_file::write(path, bytes, MODE).with_context(operation)
}

fn cannot_change(path: &Path) -> String {
    format!("cannot change {}", path.display())
}
