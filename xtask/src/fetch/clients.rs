//! The registries' own clients. They know where the registries are; this project does not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use xtask_start::process;

use crate::manifest::Pin;

/// Lets pip save the pinned wheel in `folder`.
///
/// # Errors
/// What pip reports, or it saved another file; or `folder` cannot be written.
pub fn pip_download(pin: &Pin, version: &str, folder: &Path) -> Result<PathBuf> {
    let mut command = Command::new("python3");
    command
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--no-deps", "--only-binary=:all:", "--python-version=3.11"]);
    for platform in platforms(&pin.file) {
        command.arg(format!("--platform={platform}"));
    }
    // Of several files of a version it takes the one with this sum, and not the one for the newest systems.
    let wanted = format!("{}=={version} --hash=sha256:{}\n", pin.package, pin.sha256);
    let list = folder.join("requirements.txt");
    fs::write(&list, wanted).with_context(|| format!("cannot write {}", list.display()))?;
    command
        .arg("--require-hashes")
        .arg("--requirement")
        .arg(&list)
        .arg("--dest")
        .arg(folder)
        // Where pip writes what has arrived, so that the progress bar sees it.
        .env("TMPDIR", folder);
    process::run(&mut command)?;
    saved(folder, pin)
}

/// Lets npm save the pinned tarball in `folder`.
///
/// # Errors
/// What npm reports, or it saved another file.
pub fn npm_pack(pin: &Pin, version: &str, folder: &Path) -> Result<PathBuf> {
    let mut command = Command::new("npm");
    command
        .args(["pack", "--silent", "--ignore-scripts"])
        .arg(format!("{}@{version}", pin.package))
        .arg("--pack-destination")
        .arg(folder)
        // Where npm writes what has arrived, so that the progress bar sees it.
        .arg("--cache")
        .arg(folder.join("cache"));
    process::run(&mut command)?;
    saved(folder, pin)
}

/// The platforms that a wheel's file name lists, as pip wants them:
/// `{name}-{version}-{python}-{abi}-{platform}[.{platform}...].whl`
/// (Python Packaging User Guide, "Binary distribution format").
fn platforms(wheel: &str) -> impl Iterator<Item = &str> {
    let stem = wheel.strip_suffix(".whl").unwrap_or(wheel);
    stem.rsplit('-')
        .next()
        .into_iter()
        .flat_map(|tags| tags.split('.'))
}

fn saved(folder: &Path, pin: &Pin) -> Result<PathBuf> {
    let file = folder.join(&pin.file);
    if !file.is_file() {
        bail!(
            "the client of the registry saved no file called {}",
            pin.file
        );
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_of_a_wheel_are_read_from_its_name() {
        let wheel = "x-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
        let platforms: Vec<_> = platforms(wheel).collect();
        assert_eq!(platforms, ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]);
    }
}
