//! Bundles as one file: archives, packages, and programs that unpack themselves.
//!
//! The same folder always gives the same bytes: names are sorted, everything belongs to root, and all times are one.

use std::env;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::manifest::Manifest;
use crate::whole_file::folder_of;
use contents::Entry;
use package::Package;

mod compressed;
mod contents;
mod cpio;
mod deb;
mod deb_papers;
mod installed_head;
mod new_file;
mod open;
mod package;
mod rpm;
mod rpm_header;
mod run;
mod tar_file;
mod unpack;

pub use open::manifest_of;
pub use unpack::unpack;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An archive of tar, compressed by zstd.
    TarZst,
    /// An archive of tar, compressed by gzip.
    TarGz,
    /// A package of Debian.
    Deb,
    /// A package of RPM.
    Rpm,
    /// A program that unpacks itself once.
    Run,
}

/// How it is written.
pub struct Options<'a> {
    /// From 1 (fast) to 19 (small). gzip takes those above 9 for 9.
    pub level: i32,
    /// The time of everything in it, in seconds since 1970: see [`time`].
    pub time: u32,
    /// What a package is called, in place of the bundle's name with `-bundle` behind it.
    pub package_name: Option<String>,
    /// Who looks after a package, as `Name <address>`.
    pub maintainer: Option<String>,
    /// What a package is, in a line.
    pub description: Option<String>,
    /// The head of a program that unpacks itself, in place of the one that is installed with this executable.
    pub head: Option<PathBuf>,
    /// Is told how many bytes of the bundle have been read, each time that some more have.
    pub watch: &'a dyn Fn(u64),
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            level: 12,
            time: 1,
            package_name: None,
            maintainer: None,
            description: None,
            head: None,
            watch: &|_| {},
        }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The files and links in it.
    pub files: usize,
    /// How many bytes those have.
    pub unpacked: u64,
    /// How many bytes it has itself.
    pub packed: u64,
    /// Where a package puts the bundle.
    pub folder: Option<PathBuf>,
}

/// The time that everything in an archive has: that of the environment's SOURCE_DATE_EPOCH, else a second after 1970 began (some
/// programs take 0 for no time).
///
/// # Errors
/// SOURCE_DATE_EPOCH is no number of seconds that archives have room for.
pub fn time() -> Result<u32> {
    let Some(text) = env::var_os("SOURCE_DATE_EPOCH").filter(|it| !it.is_empty()) else {
        return Ok(1);
    };
    let number = text.to_str().and_then(|it| it.parse::<u32>().ok());
    number
        .with_context(|| format!("SOURCE_DATE_EPOCH is {text:?}, no number of seconds since 1970"))
}

/// Writes the bundle in a folder to `out`, in place of what is there. If that fails, what was there is as before.
///
/// # Errors
/// The folder has something else than its manifest says, the format has no room for it, or the file system refuses.
pub fn write(
    bundle: &Path,
    manifest: &Manifest,
    format: Format,
    options: &Options<'_>,
    out: &Path,
) -> Result<Summary> {
    let operation = || format!("cannot write {}", out.display());
    ensure!(!out.is_dir(), "{}: it is a directory", operation());
    let folder = match format {
        Format::Deb | Format::Rpm => Some(Package::new(manifest, options)?.folder()),
        _ => None,
    };
    let mut new = new_file::beside(out).with_context(operation)?;
    let entries =
        content(new.file(), bundle, manifest, format, options, out).with_context(operation)?;
    let packed = new.file().metadata().with_context(operation)?.len();
    let mode = if format == Format::Run { 0o755 } else { 0o644 };
    new.publish(out, mode).with_context(operation)?;
    Ok(Summary {
        files: manifest.files.len() + 1,
        unpacked: entries.iter().map(Entry::size).sum(),
        packed,
        folder: folder.map(|it| Path::new("/").join(it)),
    })
}

fn content(
    file: &mut File,
    bundle: &Path,
    manifest: &Manifest,
    format: Format,
    options: &Options<'_>,
    out: &Path,
) -> Result<Vec<Entry>> {
    let Options {
        level, time, watch, ..
    } = *options;
    match format {
        Format::TarZst => {
            let entries = in_own_folder(bundle, manifest)?;
            let zstd = compressed::zstd(BufWriter::new(file), level)?;
            let zstd = tar_file::write(zstd, &entries, time, watch)?;
            zstd.finish()?.flush()?;
            Ok(entries)
        }
        Format::TarGz => {
            let entries = in_own_folder(bundle, manifest)?;
            let gzip = compressed::Gzip::new(file, level);
            tar_file::write(gzip, &entries, time, watch)?.finish()?;
            Ok(entries)
        }
        Format::Deb => {
            let package = Package::new(manifest, options)?;
            deb::write(file, bundle, &package, level, watch)
        }
        Format::Rpm => {
            let package = Package::new(manifest, options)?;
            let payload = tempfile::tempfile_in(folder_of(out))?;
            rpm::write(file, payload, bundle, &package, level, watch)
        }
        Format::Run => run::write(file, bundle, manifest, options),
    }
}

/// All of it in a folder that has the name and version of the bundle: who unpacks an archive expects no more than one.
fn in_own_folder(bundle: &Path, manifest: &Manifest) -> Result<Vec<Entry>> {
    let name = format!("{}-{}", manifest.name, manifest.release).replace('/', "-");
    if name.starts_with('.') {
        bail!("{name} is no name of a folder that people see");
    }
    contents::contents(bundle, manifest, Path::new(&name))
}
