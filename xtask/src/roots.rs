//! Root file systems of other Debian suites, as far as a bundle could take anything from them: their C library, some other
//! libraries, a shell, the usual programs; and dpkg, with what it calls.
//!
//! `target/roots/SUITE/root` has each. Nothing is installed, so no script of a package has run in them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xtask_start::Network;

use crate::fetch::unpack;
use crate::{progress, suite, workspace};

/// The suites, oldest first: glibc 2.31, 2.36, 2.41, and the newest that there is; and what their coreutils and dpkg need besides.
#[rustfmt::skip]
const SUITES: [(&str, &[&str]); 4] = [
    ("bullseye", &[]),
    ("bookworm", &["libmd0", "libzstd1"]),
    ("trixie", &["libcap2", "libmd0", "libssl3t64", "libsystemd0", "libzstd1"]),
    ("sid", &["libcap2", "libmd0", "libssl3t64", "libsystemd0", "libzstd1"]),
];

/// What is in all of them.
const PACKAGES: [&str; 21] = [
    "base-files",
    "bash",
    "busybox-static",
    "coreutils",
    "dash",
    "diffutils",
    "dpkg",
    "libacl1",
    "libattr1",
    "libbz2-1.0",
    "libc-bin",
    "libc6",
    "libgcc-s1",
    "libgmp10",
    "liblzma5",
    "libpcre2-8-0",
    "libselinux1",
    "libstdc++6",
    "libtinfo6",
    "tar",
    "zlib1g",
];

/// The file beside a root that says what is in it.
const LIST: &str = "packages";

/// Where a system with merged /usr has links. Newer packages rely on them.
const MERGED: [&str; 4] = ["bin", "lib", "lib64", "sbin"];

/// Fetches and unpacks all of them, as far as that is still to be done. Returns their folders.
///
/// # Errors
/// A package cannot be downloaded (or may not be) or unpacked.
pub fn fetch(network: Network) -> Result<Vec<PathBuf>> {
    let roots = SUITES.into_iter().map(|(suite, more)| {
        make(suite, more, network).with_context(|| format!("cannot fetch the root of {suite}"))
    });
    roots.collect()
}

fn make(suite: &str, more: &[&str], network: Network) -> Result<PathBuf> {
    let folder = workspace::fetched("roots").join(suite);
    let root = folder.join("root");
    let packages = [&PACKAGES, more].concat();
    let list = packages.join("\n");
    if root.exists() && fs::read_to_string(folder.join(LIST)).is_ok_and(|it| it == list) {
        return Ok(root);
    }
    if network == Network::Forbidden {
        bail!(
            "target/roots lacks it, or a part of it: run `cargo xtask fetch` without --offline once"
        );
    }
    let debs = folder.join("debs");
    fs::create_dir_all(&debs).with_context(|| format!("cannot make {}", debs.display()))?;
    // Where the glibc of a suite comes from, its package lists are already.
    let apt = suite::apt(suite, &workspace::fetched("glibcs").join(suite))?;
    let what = format!("root of Debian {suite}: {} packages", packages.len());
    progress::download(&what, None, &debs, || apt.download(&packages, &debs))?;
    // It gets its name when it is complete.
    let new = folder.join("new");
    remove(&new)?;
    fs::create_dir_all(&new).with_context(|| format!("cannot make {}", new.display()))?;
    unpack::debian_packages(&debs, &new)?;
    add_what_installing_adds(&new).context("cannot complete it")?;
    remove(&root)?;
    fs::rename(&new, &root).with_context(|| format!("cannot make {}", root.display()))?;
    fs::write(folder.join(LIST), list).context("cannot write down what is in it")?;
    Ok(root)
}

/// Removes what an earlier run may have left.
fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))
}

/// The links of a merged /usr, and the first users.
fn add_what_installing_adds(root: &Path) -> Result<()> {
    for name in MERGED {
        let link = root.join(name);
        let merged = Path::new("usr").join(name);
        if link.symlink_metadata().is_err() && root.join(&merged).exists() {
            symlink(&merged, &link)?;
        }
    }
    let shell = root.join("bin/sh");
    if shell.symlink_metadata().is_err() {
        symlink("dash", &shell)?;
    }
    fs::write(root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n")?;
    fs::write(root.join("etc/group"), "root:x:0:\n")?;
    Ok(())
}
