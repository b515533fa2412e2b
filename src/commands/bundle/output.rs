//! Where a bundle goes: a folder, or an archive.

use std::io;
use std::path::Path;

use anyhow::{Error, Result, bail};

use super::super::size::size;
use crate::bar;
use crate::bundle::archive::{self, Format, Options};
use crate::bundle::{self, New};
use crate::cli::{BundleArgs, BundleFormat};
use crate::terminal::note;
use crate::whole_file::folder_of;

/// Whether something may be written to a path, before a long time goes into what is to be written.
///
/// # Errors
/// Something else is there, or its folder cannot be written to.
pub(super) fn check_target(args: &BundleArgs, out: &Path) -> Result<()> {
    match format(args) {
        None => bundle::check_target(out)?,
        Some(_) if out.is_dir() => bail!(
            "cannot write {}: it is a folder; name a file in it with --out",
            out.display()
        ),
        Some(_) => {}
    }
    let folder = folder_of(out);
    if !folder.exists() {
        bail!(
            "cannot write {}: there is no folder {}; make it first",
            out.display(),
            folder.display()
        );
    }
    match tempfile::tempfile_in(folder) {
        Ok(_nameless) => Ok(()),
        Err(error) => bail!(
            "cannot write {}: nothing can be made in {} ({}); name another place with --out",
            out.display(),
            folder.display(),
            error.kind()
        ),
    }
}

/// Puts the bundle to its place, or packs it, and says how large it is.
///
/// # Errors
/// The file system refuses.
pub(super) fn finish(args: &BundleArgs, new: New, out: &Path) -> Result<()> {
    let summary = new.summary.clone();
    let (files, unpacked) = (counted(summary.files), size(summary.bytes));
    let Some(format) = format(args) else {
        new.finish(out)?;
        note(&format!("{}: {files}, {unpacked}", out.display()));
        return Ok(());
    };
    let (folder, manifest) = new.finish_in_place()?;
    let bar = bar::of_bytes("packing", summary.bytes);
    let options = Options {
        level: args.compress,
        time: archive::time()?,
        package_name: args.name.clone(),
        maintainer: args.maintainer.clone(),
        description: args.description.clone(),
        head: None,
        watch: &|bytes| bar.inc(bytes),
    };
    let packed = archive::write(folder.path(), &manifest, format, &options, out);
    bar.finish_and_clear();
    let packed = packed?;
    let size = size(packed.packed);
    note(&format!(
        "{}: {files}, {unpacked}, packed {size}",
        out.display()
    ));
    if let Some(folder) = packed.folder {
        note(&format!("it is installed to {}", folder.display()));
    }
    Ok(())
}

/// The error, with what to do if there was no room.
pub(super) fn with_room(error: Error, folder: &Path) -> Error {
    let mut causes = error
        .chain()
        .filter_map(|it| it.downcast_ref::<io::Error>());
    let is_full = |it: &io::Error| {
        matches!(
            it.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    };
    if !causes.any(is_full) {
        return error;
    }
    let folder = folder.display();
    error.context(format!(
        "there is no room in {folder}; make some, or name another place with --out"
    ))
}

fn counted(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        _ => format!("{files} files"),
    }
}

fn format(args: &BundleArgs) -> Option<Format> {
    match args.format {
        BundleFormat::Folder => None,
        BundleFormat::TarZst => Some(Format::TarZst),
        BundleFormat::TarGz => Some(Format::TarGz),
        BundleFormat::Deb => Some(Format::Deb),
        BundleFormat::Rpm => Some(Format::Rpm),
        BundleFormat::Run => Some(Format::Run),
    }
}
