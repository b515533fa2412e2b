//! Putting the copy into the tree, and what was there before back.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::copy::Copy;
use super::place::{Now, Place};
use super::record::{FILE, Record, Replaced, Was, is_ours};
use crate::resolver::map_file;
use crate::surgery::{apply, undo};

/// The mode of a new copy.
const MODE: u32 = 0o755;

/// Puts a copy into a tree at all places of its interpreter. `older` is the record of a copy that is there already.
/// The new record is written first: whoever is killed in between can be undone.
///
/// # Errors
/// The file system refuses; then what could not be replaced is as it was.
pub fn put(place: &Place, copy: &Copy, modules: String, older: Option<&Record>) -> Result<Record> {
    let mut replaced: Vec<Replaced> = Vec::new();
    for entry in &place.entries {
        let known = older.and_then(|it| was(&place.tree, it, &entry.path));
        let was = known.unwrap_or(match &entry.now {
            Now::Link(target) => Was::Link(target.clone()),
            Now::File => Was::File,
            Now::Nothing => Was::Nothing,
        });
        replaced.push(Replaced {
            path: entry.path.clone(),
            was,
        });
    }
    for other in older.iter().flat_map(|it| &it.replaced) {
        let is_known = replaced.iter().any(|it| it.path == other.path);
        if !is_known && older.is_some_and(|it| is_ours(&place.tree.join(&other.path), it)) {
            replaced.push(other.clone());
        }
    }
    let identity = copy.identity.short.to_string();
    let record = Record::new(place.original.clone(), identity, replaced, modules);
    record.write(&place.tree)?;
    let first = record.replaced.first().map(|it| it.path.clone());
    let name = first
        .as_deref()
        .and_then(Path::file_name)
        .unwrap_or_default();
    for (number, it) in record.replaced.iter().enumerate() {
        let path = place.tree.join(&it.path);
        match (&it.was, number) {
            (Was::Link(_), 1..) => link(Path::new(name), &path)?,
            _ => write(&copy.bytes, &path)?,
        }
    }
    Ok(record)
}

/// Gives a tree back what its record says. What somebody else has put there meanwhile stays. Returns the paths that were
/// restored.
///
/// # Errors
/// The file system refuses, or the original cannot be had back from the copy.
pub fn restore(tree: &Path, record: &Record) -> Result<Vec<PathBuf>> {
    let mut restored = Vec::new();
    // The copy last: the others are known by being links to it.
    for it in record.replaced.iter().rev() {
        let path = tree.join(&it.path);
        if !is_ours(&path, record) {
            continue;
        }
        match &it.was {
            Was::Link(target) => link(target, &path)?,
            Was::Nothing => fs::remove_file(&path).with_context(|| cannot_change(&path))?,
            Was::File => {
                let mut bytes = map_file(&path)?.to_vec();
                let plan = undo(&bytes, None).with_context(|| cannot_change(&path))?;
                apply(&mut bytes, &plan);
                write(&bytes, &path)?;
            }
        }
        restored.push(path);
    }
    let file = tree.join(FILE);
    fs::remove_file(&file).with_context(|| cannot_change(&file))?;
    Ok(restored)
}

/// What was at a path, if what is there now is of that record.
fn was(tree: &Path, record: &Record, path: &Path) -> Option<Was> {
    let known = record.replaced.iter().find(|it| it.path == path)?;
    is_ours(&tree.join(path), record).then(|| known.was.clone())
}

/// Makes a link, in place of what is there.
fn link(target: &Path, path: &Path) -> Result<()> {
    let operation = || cannot_change(path);
    let folder = path.parent().unwrap_or(Path::new("/"));
    let new = tempfile::Builder::new()
        .prefix(".ldshim-")
        .tempdir_in(folder)
        .with_context(operation)?;
    let beside = new.path().join("link");
    symlink(target, &beside).with_context(operation)?;
    fs::rename(&beside, path).with_context(operation)
}

/// Writes a program, in place of what is there, whose mode it keeps if that is a file.
fn write(bytes: &[u8], path: &Path) -> Result<()> {
    let operation = || cannot_change(path);
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).with_context(operation)?;
    let there = path.symlink_metadata().ok().filter(|it| it.is_file());
    let permissions = there.map(|it| it.permissions());
    let mut new = tempfile::Builder::new()
        .prefix(".ldshim-")
        .permissions(permissions.unwrap_or(Permissions::from_mode(MODE)))
        .tempfile_in(folder)
        .with_context(operation)?;
    new.write_all(bytes).with_context(operation)?;
    new.as_file().sync_all().with_context(operation)?;
    new.persist(path)
        .map_err(|it| it.error)
        .with_context(operation)?;
    Ok(())
}

fn cannot_change(path: &Path) -> String {
    format!("cannot change {}", path.display())
}
