//! Other glibcs than the machine's, as real loaders for the tests: those of other Debian suites.
//!
//! `target/glibcs/SUITE/` has, for each suite: `packages/libc6`, a link to the glibc in the Nix store, as
//! `target/store/packages/libc6` is for the machine's own; and `sysroot/`, what programs are compiled against,
//! for a glibc older than the compiler's would lack what it asks for. Nothing is installed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xtask_start::Network;

use crate::fetch::unpack;
use crate::{progress, store, suite, workspace};

/// The suites, oldest first: glibc 2.31, 2.41, and the newest that there is; and what the compiler needs of each.
/// The machine's own libgcc.a is for glibc 2.35 and later.
const SUITES: [(&str, &[&str]); 3] = [
    (
        "bullseye",
        &["libc6-dev", "linux-libc-dev", "libgcc-10-dev"],
    ),
    ("trixie", &["libc6-dev", "linux-libc-dev"]),
    ("sid", &["libc6-dev", "linux-libc-dev"]),
];
/// What becomes store paths.
const PACKAGES: [&str; 2] = ["libc6", "libgcc-s1"];

/// A glibc that the tests can take for the real loader's.
pub struct Glibc {
    /// The suite that it is from.
    pub suite: &'static str,
    /// Its folder, for `LDSHIM_TEST_GLIBC`.
    pub folder: PathBuf,
}

/// Fetches and unpacks the glibcs of all suites, as far as that is still to be done.
///
/// # Errors
/// A package cannot be downloaded (or may not be) or unpacked, or Nix cannot build.
pub fn fetch(network: Network) -> Result<Vec<Glibc>> {
    let glibcs = SUITES.map(|(suite, headers)| {
        let folder = workspace::fetched("glibcs").join(suite);
        let done = Glibc { suite, folder };
        make(&done, headers, network)
            .with_context(|| format!("cannot fetch the glibc of {suite}"))?;
        Ok(done)
    });
    glibcs.into_iter().collect()
}

fn make(glibc: &Glibc, for_compiler: &[&str], network: Network) -> Result<()> {
    let folder = &glibc.folder;
    let done = folder.join("packages");
    // The link is made last. It dangles if its store path was deleted.
    if done.join("libc6").exists() {
        return Ok(());
    }
    if network == Network::Forbidden {
        bail!("target/glibcs lacks it: run `cargo xtask fetch` without --offline once");
    }
    let apt = suite::apt(glibc.suite, folder)?;
    let [debs, headers, sysroot] = ["debs", "headers", "sysroot"].map(|name| folder.join(name));
    for (packages, to) in [(&PACKAGES[..], &debs), (for_compiler, &headers)] {
        fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
        let what = format!("glibc of Debian {}: {}", glibc.suite, packages.join(", "));
        progress::download(&what, None, to, || apt.download(packages, to))?;
    }
    make_empty(&sysroot)?;
    unpack::debian_packages(&debs, &sysroot)?;
    unpack::debian_packages(&headers, &sysroot)?;
    merge_usr(&sysroot)?;
    store::nix_build("debs.nix", &[("debs", debs.as_os_str())], &done)
}

/// Newer packages have nothing in `/lib`, and rely on the link that their system has there.
fn merge_usr(sysroot: &Path) -> Result<()> {
    for name in ["lib", "lib64"] {
        let link = sysroot.join(name);
        if !link.exists() {
            symlink(Path::new("usr").join(name), &link)
                .with_context(|| format!("cannot make {}", link.display()))?;
        }
    }
    Ok(())
}

fn make_empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}
