//! Writing a changed file: whole or not at all, and with everything that belongs to it but is not in it.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use xattr::FileExt as _;

use super::changes::Plan;
use crate::interrupt::Undisturbed;

/// Makes a plan's changes to the file at `path`. The new file is written beside it and takes its place in one step, so the
/// old one may be running meanwhile. Mode, owner, access control lists, capabilities and other extended attributes stay.
/// Other hard links to the file keep the old contents.
///
/// `check` is asked for its opinion on the new file before that takes the place of the old one. If it `is_durable`, the new
/// file is on the disk by then, so that a power cut leaves one of both.
///
/// # Errors
/// The file cannot be read, the new one cannot be written, or `check` says no; then the old one is as it was.
pub fn replace(
    path: &Path,
    plan: &Plan,
    is_durable: bool,
    check: &dyn Fn(&Path) -> Result<()>,
) -> Result<()> {
    let operation = || format!("cannot change {}", path.display());
    // A link stays a link: what it leads to is changed.
    let target = path.canonicalize().with_context(operation)?;
    let directory = target.parent().unwrap_or(Path::new("/"));
    let old = File::open(&target).with_context(operation)?;
    let _undisturbed = Undisturbed::begin().with_context(operation)?;
    let mut builder = tempfile::Builder::new();
    let new = builder.prefix(".ldshim-").tempfile_in(directory);
    let new = new.with_context(|| format!("{}: cannot write beside it", operation()))?;
    fill(&old, new.as_file(), plan).with_context(operation)?;
    keep_attributes(&old, new.as_file()).with_context(operation)?;
    // A file that is open for writing cannot be executed.
    let new = new.into_temp_path();
    check(&new)?;
    if is_durable {
        let synced = File::open(&new).and_then(|it| it.sync_all());
        synced.with_context(operation)?;
    }
    new.persist(&target)
        .map_err(|it| it.error)
        .with_context(operation)?;
    if is_durable {
        // Where a directory cannot be synchronised, the old file may be back after a power cut.
        let _synced = File::open(directory).and_then(|it| it.sync_all());
    }
    Ok(())
}

/// Writes the file at `path`, with a plan's changes, to `output`. A file that is there keeps its mode and owner. What is no
/// file, such as /dev/null, is written to as it is. `check` is asked as by [`replace`].
///
/// # Errors
/// The file cannot be read, the output cannot be written, or `check` says no.
pub fn write_to(
    path: &Path,
    plan: &Plan,
    output: &Path,
    check: &dyn Fn(&Path) -> Result<()>,
) -> Result<()> {
    let operation = || format!("cannot write {}", output.display());
    let source = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let there = fs::metadata(output).ok();
    if there.as_ref().is_some_and(|it| !it.is_file()) {
        let mut whole = Vec::new();
        io::copy(&mut &source, &mut whole).with_context(operation)?;
        apply(&mut whole, plan);
        return fs::write(output, whole).with_context(operation);
    }
    if fs::canonicalize(output).ok() == fs::canonicalize(path).ok() {
        return replace(path, plan, false, check);
    }
    let target = destination(output);
    let directory = target.parent().filter(|it| !it.as_os_str().is_empty());
    let mode = source.metadata().with_context(operation)?.mode();
    let _undisturbed = Undisturbed::begin().with_context(operation)?;
    let mut builder = tempfile::Builder::new();
    // The process's umask applies, as it does to every new file.
    let permissions = fs::Permissions::from_mode(mode & 0o777);
    let builder = builder.prefix(".ldshim-").permissions(permissions);
    let new = builder
        .tempfile_in(directory.unwrap_or(Path::new(".")))
        .with_context(operation)?;
    fill(&source, new.as_file(), plan).with_context(operation)?;
    if there.is_some() {
        let old = File::open(&target).with_context(operation)?;
        keep_attributes(&old, new.as_file()).with_context(operation)?;
    }
    let new = new.into_temp_path();
    check(&new)?;
    new.persist(&target)
        .map_err(|it| it.error)
        .with_context(operation)
}

/// Where a path leads, even if nothing is there: a link stays one.
fn destination(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    // As many links as Linux follows.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// Makes a plan's changes to bytes in memory.
pub fn apply(bytes: &mut Vec<u8>, plan: &Plan) {
    bytes.resize(plan.length as usize, 0);
    for write in &plan.writes {
        let start = write.offset as usize;
        bytes[start..start + write.bytes.len()].copy_from_slice(&write.bytes);
    }
}

/// Copies the old file, by reference where the file system can do that, and makes the changes.
fn fill(old: &File, new: &File, plan: &Plan) -> Result<()> {
    let copied = io::copy(&mut &*old, &mut &*new)?;
    let expected = old.metadata()?.len();
    if copied != expected {
        return Err(anyhow!("it was changed while it was read"));
    }
    new.set_len(plan.length)?;
    for write in &plan.writes {
        new.write_all_at(&write.bytes, write.offset)?;
    }
    Ok(())
}

/// Gives the new file owner, extended attributes and mode of the old one: in this order, for each may take away from the
/// former.
fn keep_attributes(old: &File, new: &File) -> Result<()> {
    let (was, is) = (old.metadata()?, new.metadata()?);
    if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
        fchown(new, Some(was.uid()), Some(was.gid()))
            .with_context(|| format!("its owner, {}:{}, cannot be kept", was.uid(), was.gid()))?;
    }
    let names = match old.list_xattr() {
        Ok(names) => names.collect(),
        Err(error) if error.kind() == ErrorKind::Unsupported => Vec::new(),
        Err(error) => return Err(error).context("its extended attributes cannot be read"),
    };
    for name in names {
        let Some(value) = old.get_xattr(&name)? else {
            continue;
        };
        if new.get_xattr(&name).ok().flatten().as_ref() != Some(&value) {
            new.set_xattr(&name, &value).with_context(|| {
                format!("its extended attribute {} cannot be kept", name.display())
            })?;
        }
    }
    new.set_permissions(was.permissions())?;
    Ok(())
}

/// Whether a file has other names than this one, which will keep the old contents.
#[must_use]
pub fn has_other_links(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| it.nlink() > 1)
}
