//! Debian's packages, through `apt-get`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// Installs packages. Asks nothing, and waits up to two minutes for another `apt-get` to finish.
///
/// # Errors
/// What `apt-get install` reports.
pub fn install(packages: &[&str]) -> Result<()> {
    update();
    let mut command = apt_get();
    command
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages);
    process::run(&mut command).map(drop)
}

/// Downloads the current `.deb` files of packages into `folder`. apt verifies their signatures.
///
/// # Errors
/// What `apt-get download` reports, after a second try with updated package lists.
pub fn download(packages: &[&str], folder: &Path) -> Result<()> {
    let attempt = || {
        // Without its sandbox user apt needs no permission in the folder but the caller's.
        process::run(
            apt_get()
                .args(["download", "--option", "APT::Sandbox::User=root"])
                .args(packages)
                .current_dir(folder),
        )
    };
    if attempt().is_err() {
        update();
        attempt().context("Debian 12 has all of these packages; is this another system?")?;
    }
    Ok(())
}

/// What a package depends on directly, by the current package lists.
///
/// # Errors
/// There is no such package, after a second try with updated package lists.
pub fn dependencies(package: &str) -> Result<Vec<String>> {
    let attempt = || {
        let mut command = Command::new("apt-cache");
        process::run(command.args(["depends", "--important", "--no-recommends", package]))
    };
    let listed = attempt().or_else(|_| {
        update();
        attempt().with_context(|| format!("Debian 12 has {package}; is this another system?"))
    })?;
    let names = listed
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "));
    Ok(names.map(str::to_owned).collect())
}

/// Updates the package lists. A failure is no error yet: old lists are often good enough.
fn update() {
    let _ = process::run(apt_get().arg("update"));
}

/// `apt-get`, to which its verb is still to be said.
pub fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(["--quiet", "--option", "DPkg::Lock::Timeout=120"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}
