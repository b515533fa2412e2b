//! Unpacking an archive, for somebody who wants to look at what is in it.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::open::{Inside, NONE, inside, is_bundle_json};

/// Unpacks an archive of a bundle below a folder. Returns the bundle's folder there.
///
/// # Errors
/// It is none of those that have their files in a tar archive, is damaged, or `folder` cannot be written.
pub fn unpack(archive: &Path, folder: &Path) -> Result<PathBuf> {
    let what = || format!("cannot unpack {}", archive.display());
    let file = File::open(archive).with_context(what)?;
    unpack_file(file, folder).with_context(what)
}

fn unpack_file(file: File, folder: &Path) -> Result<PathBuf> {
    let Inside::Tar(files) = inside(file)? else {
        bail!(
            "unpack an rpm or a run file first: `rpm2cpio FILE | cpio -id`, or start the run file once"
        );
    };
    let mut archive = tar::Archive::new(files);
    archive.set_preserve_permissions(true);
    let mut bundle = None;
    for entry in archive.entries()? {
        let mut entry = entry.context("it is damaged, or no archive of a bundle")?;
        let path = entry.path()?.into_owned();
        if is_bundle_json(&path) {
            bundle = path.parent().map(|it| folder.join(it));
        }
        entry.unpack_in(folder)?;
    }
    bundle.context(NONE)
}
