//! A glibc that is configured with a store prefix, as that of nixpkgs is, built from Debian's source:
//! `tests/store/glibc.nix`. It takes many minutes, once.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xtask_start::Network;

use crate::{progress, store, suite, workspace};

/// The suite with the source.
const SUITE: &str = "bookworm";

/// Builds it, if that is still to be done, and returns its folder, for `LDSHIM_TEST_GLIBC`.
///
/// # Errors
/// The source cannot be downloaded (or may not be), or cannot be built.
pub fn build(network: Network) -> Result<PathBuf> {
    let folder = workspace::fetched("store-glibc");
    let done = folder.join("packages");
    if done.join("libc6").exists() {
        return Ok(folder);
    }
    let source = folder.join("debian-source");
    if description(&source).is_none() {
        if network == Network::Forbidden {
            bail!("target/store-glibc lacks the source: run this without --offline once");
        }
        fs::create_dir_all(&source).with_context(|| format!("cannot make {}", source.display()))?;
        let apt = suite::apt(SUITE, &folder)?;
        progress::download("glibc's source", None, &source, || {
            apt.download_source("glibc", &source)
        })?;
    }
    let description = description(&source).context("the source package has no .dsc file")?;
    let version = version(&description).context("the .dsc file's name has no version")?;
    eprintln!("building glibc {version} with a store prefix: this takes many minutes, once");
    let arguments = [
        ("source", source.as_os_str()),
        ("version", OsStr::new(version)),
    ];
    store::nix_build("glibc.nix", &arguments, &done)?;
    Ok(folder)
}

/// The name of the file that describes a source package, which apt writes last.
fn description(source: &Path) -> Option<String> {
    let names = fs::read_dir(source)
        .ok()?
        .flatten()
        .map(|entry| entry.file_name());
    names
        .filter_map(|name| name.into_string().ok())
        .find(|name| name.ends_with(".dsc"))
}

/// `glibc_2.36-9+deb12u14.dsc` -> `2.36`
fn version(description: &str) -> Option<&str> {
    let (_, version) = description.split_once('_')?;
    Some(version.split_once('-')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_glibc_and_not_of_the_package() {
        assert_eq!(version("glibc_2.36-9+deb12u14.dsc"), Some("2.36"));
        assert_eq!(version("glibc.dsc"), None);
    }
}
