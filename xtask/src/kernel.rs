//! An old kernel for the tests: Debian's, from its package, of which nothing but the kernel is unpacked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use xtask_start::{Network, process};

use crate::apt::Apt;
use crate::{progress, workspace};

/// The package that depends on Debian's current kernel for virtual machines.
const LATEST: &str = "linux-image-cloud-amd64";
/// How the names of the packages begin that have a kernel. That of Debian 12 is Linux 6.1; those from 6.7 on
/// do not show what the tests want to see.
const KERNEL: &str = "linux-image-";
const VERSION: &str = "6.1.";

/// Downloads the kernel if it is not there yet, and returns its path.
///
/// # Errors
/// It cannot be downloaded (or may not be), cannot be unpacked, or this is not Debian 12.
pub fn fetch(network: Network) -> Result<PathBuf> {
    let folder = workspace::fetched("kernel");
    let kernel = folder.join("vmlinuz");
    if !kernel.is_file() {
        if network == Network::Forbidden {
            bail!("target/kernel has no kernel: run `cargo xtask fetch` without --offline once");
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        download(&folder, &kernel).context("cannot fetch the kernel of Debian 12")?;
    }
    Ok(kernel)
}

/// Works in a temporary folder beside the kernel's place, so that the kernel is whole or absent.
fn download(folder: &Path, kernel: &Path) -> Result<()> {
    let arriving = tempfile::tempdir_in(folder).context("cannot write target/kernel")?;
    let arriving = arriving.path();
    let apt = Apt::of_machine();
    let package = current_package(&apt.dependencies(LATEST)?)?;
    let release = &package[KERNEL.len()..];
    progress::download(&format!("Linux {release}"), None, arriving, || {
        apt.download(&[&package], arriving)
    })?;

    // The name of the one file that is wanted, so that the hundred megabytes after it need not be read.
    let unpack = "dpkg-deb --fsys-tarfile \"$1\"/*.deb | \
                  tar --extract --occurrence=1 --no-same-owner --directory \"$1\" \"$2\"";
    let name = format!("./boot/vmlinuz-{release}");
    let mut command = Command::new("sh");
    process::run(command.args(["-c", unpack, "sh"]).arg(arriving).arg(&name))?;
    fs::rename(arriving.join(&name), kernel)
        .with_context(|| format!("cannot rename to {}", kernel.display()))
}

/// The package with the kernel, of those that [`LATEST`] depends on.
fn current_package(dependencies: &[String]) -> Result<String> {
    let begins = |name: &&String| {
        let release = name.strip_prefix(KERNEL);
        release.is_some_and(|release| release.starts_with(VERSION))
    };
    let found = dependencies.iter().find(begins).cloned();
    found.with_context(|| {
        let found = dependencies.join(", ");
        format!("{LATEST} is not Linux {VERSION}x: it depends on {found}; is this another system?")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_an_old_one_or_none() {
        let package = |name: &str| current_package(&["other".to_owned(), name.to_owned()]);
        let name = "linux-image-6.1.0-56-cloud-amd64";
        assert_eq!(package(name).expect("a kernel of Debian 12"), name);
        for name in ["linux-image-6.12.1-cloud-amd64", "linux-6.1.0"] {
            let error = package(name).expect_err(name).to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
