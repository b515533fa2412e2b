//! Debian's packages, installed by `apt-get`.

use std::process::Command;

use anyhow::Result;

use crate::{process, retry};

/// Installs packages. Asks nothing, and waits up to two minutes for another `apt-get` to finish.
///
/// # Errors
/// What `apt-get install` reports each time that it is tried.
pub fn install(packages: &[&str]) -> Result<()> {
    let what = format!("the Debian packages {}", packages.join(" "));
    retry::retry(&what, || {
        // Old lists may be good enough where new ones cannot be had.
        let updated = process::run(apt_get().arg("update"));
        let mut command = apt_get();
        command
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages);
        match (process::run(&mut command), updated) {
            (Ok(_), _) => Ok(()),
            (Err(error), Err(before)) => Err(error.context(before)),
            (Err(error), Ok(_)) => Err(error),
        }
    })
}

/// `apt-get`, to which its verb is still to be said.
pub fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(["--quiet", "--option", "DPkg::Lock::Timeout=120"])
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Its messages are read for what they mean, here and there.
        .env("LC_ALL", "C.UTF-8");
    command
}
