//! A real Nix store for the tests, made of Debian packages by Nix.
//!
//! `target/debs/` has the packages; `tests/store/debs.nix` makes one store path of each;
//! `target/store/packages` is a garbage collector root with a link to each of them, so that
//! `target/store/packages/libc6/lib` is the `lib` directory of the glibc in the store.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use ldshim::library_env::Collection;
use xtask_start::Network;
use xtask_start::{nix_store, process};

use crate::apt::{self, Apt};
use crate::{progress, workspace};

/// The packages: the real loaders with glibc and with musl, the libraries that the programs of the manifest need
/// from a system, and a shell that needs none.
const PACKAGES: &[&str] = &[
    "libc6",
    "musl",
    "libgcc-s1",
    "libstdc++6",
    "libatomic1",
    "zlib1g",
    "libssl3",
    "libexpat1",
    "libffi8",
    "libbz2-1.0",
    "liblzma5",
    "libzstd1",
    "libgmp10",
    "libmpfr6",
    "libmpc3",
    "libisl23",
    "libjansson4",
    "libbinutils",
    "libctf0",
    "libctf-nobfd0",
    "busybox-static",
    // What makes the links of a NixOS system, and what it needs.
    "systemd-standalone-tmpfiles",
    "libacl1",
    "libcap2",
    "libselinux1",
    "libpcre2-8-0",
    // A library for 32-bit programs.
    "lib32z1",
    // The glibc of the other architectures of the stub, for cross builds.
    "libc6-arm64-cross",
    "libc6-i386-cross",
    "libc6-riscv64-cross",
];

/// What programs of the manifest want of a system beyond these: windows, fonts, sound, devices. They are in a folder of
/// links of their own, for to most tests a system has none of it.
const OF_PROGRAMS: &[&str] = &[
    "libgomp1",
    "libudev1",
    "libusb-1.0-0",
    // GLib, and what is below it.
    "libglib2.0-0",
    // OpenGL without a driver.
    "libgl1",
    "libglvnd0",
    "libglx0",
    "libegl1",
    "libopengl0",
    // X11
    "libx11-6",
    "libx11-xcb1",
    "libxext6",
    "libxcb1",
    "libxau6",
    "libxdmcp6",
    "libbsd0",
    "libmd0",
    "libxkbcommon0",
    // D-Bus
    "libdbus-1-3",
    "libsystemd0",
    "libcap2",
    "libgcrypt20",
    "libgpg-error0",
    "liblz4-1",
    // Sound
    "libasound2",
    // Fonts
    "libfontconfig1",
    "libfreetype6",
    "libpng16-16",
    "libbrotli1",
];

const CANNOT_WRITE: &str = "you may not write to /nix/store: run this as its owner or as root once, or install Nix with its daemon";

/// Of these, what Node.js needs in the demo.
const OF_DEMO: &[&str] = &["libc6", "libgcc-s1", "libstdc++6"];

/// Store paths of Debian packages.
pub struct Store {
    /// A directory with one link per package, named for it.
    packages: PathBuf,
    /// The packages.
    names: Vec<&'static str>,
}

impl Store {
    /// The real loader.
    ///
    /// # Errors
    /// The glibc in the store has none.
    pub fn loader(&self) -> Result<PathBuf> {
        let lib = self.package("libc6")?.join("lib");
        let context = || format!("cannot list {}", lib.display());
        for entry in fs::read_dir(&lib).with_context(context)? {
            let entry = entry.with_context(context)?;
            if entry.file_name().to_string_lossy().starts_with("ld-linux") {
                return Ok(entry.path());
            }
        }
        bail!("{} has no loader ld-linux*", lib.display())
    }

    /// The directories of libraries: what a library environment is built from.
    ///
    /// # Errors
    /// The store paths cannot be listed.
    pub fn library_directories(&self) -> Result<Vec<PathBuf>> {
        let of_glibc = self.names.iter().filter(|&&name| name != "musl");
        let directories = of_glibc.map(|name| Ok(self.package(name)?.join("lib")));
        let directories: Result<Vec<_>> = directories.collect();
        Ok(directories?
            .into_iter()
            .filter(|path| path.is_dir())
            .collect())
    }

    /// All libraries of the store, with its loader: what a library environment is made of.
    ///
    /// # Errors
    /// The store paths cannot be listed, or have no loader.
    pub fn collect(&self) -> Result<Collection> {
        let mut collection = Collection::new(&self.loader()?)?;
        for directory in self.library_directories()? {
            collection.add_package(&directory)?;
        }
        Ok(collection)
    }

    /// Downloads the packages and builds them, as far as that is still to be done. Who may not do so can use what is there.
    fn make(&self, network: Network) -> Result<()> {
        if !nix_store::is_writable() {
            if self.is_complete() {
                return Ok(());
            }
            bail!(CANNOT_WRITE);
        }
        let debs = workspace::fetched("debs");
        download(&self.names, &debs, network)?;
        let only = self.names.join(" ");
        let arguments = [("debs", debs.as_os_str()), ("only", OsStr::new(&only))];
        nix_build("debs.nix", &arguments, &self.packages)
    }

    fn is_complete(&self) -> bool {
        self.names.iter().all(|name| self.package(name).is_ok())
    }

    fn package(&self, name: &str) -> Result<PathBuf> {
        let link = self.packages.join(name);
        link.canonicalize()
            .with_context(|| format!("cannot follow {}", link.display()))
    }
}

/// The store paths of all [`PACKAGES`], for the tests. Downloads the packages and builds them, as far as that is still to
/// be done.
///
/// # Errors
/// A package cannot be downloaded (or may not be), Nix cannot build, or this user may not and nothing
/// is there yet.
pub fn build(network: Network) -> Result<Store> {
    made("packages", PACKAGES.to_vec(), network)
}

/// The same and those of [`OF_PROGRAMS`], in a folder of links of their own.
///
/// # Errors
/// As [`build`].
pub fn build_of_programs(network: Network) -> Result<Store> {
    made("of-programs", [PACKAGES, OF_PROGRAMS].concat(), network)
}

fn made(links: &str, names: Vec<&'static str>, network: Network) -> Result<Store> {
    let packages = workspace::fetched("store").join(links);
    let store = Store { packages, names };
    store.make(network)?;
    Ok(store)
}

/// The store paths of [`OF_DEMO`] alone, which are made in seconds.
///
/// # Errors
/// As [`build`].
pub fn build_for_demo(network: Network) -> Result<Store> {
    let store = Store {
        packages: workspace::target("demo").join("packages"),
        names: OF_DEMO.to_vec(),
    };
    if store.is_complete() {
        return Ok(store);
    }
    store.make(network)?;
    Ok(store)
}

fn download(names: &[&str], debs: &Path, network: Network) -> Result<()> {
    fs::create_dir_all(debs).with_context(|| format!("cannot make {}", debs.display()))?;
    let missing = tidy(names, debs)?;
    if missing.is_empty() {
        return Ok(());
    }
    if network == Network::Forbidden {
        bail!(
            "target/debs lacks {}: run `cargo xtask fetch` without --offline once",
            missing.join(", ")
        );
    }
    let what = format!("{} Debian packages", missing.len());
    progress::download(&what, None, debs, || {
        Apt::of_machine().download(&missing, debs)
    })
}

/// Which of these packages have no file in `debs`. Removes from there what belongs to no package of these lists, and second
/// versions.
fn tidy<'a>(names: &[&'a str], debs: &Path) -> Result<Vec<&'a str>> {
    let mut seen = Vec::new();
    for file in apt::debs(debs)? {
        let package = apt::package_of(&file).to_owned();
        let is_wanted = [PACKAGES, OF_PROGRAMS]
            .iter()
            .any(|it| it.contains(&package.as_str()));
        if seen.contains(&package) || !is_wanted {
            fs::remove_file(debs.join(&file))
                .with_context(|| format!("cannot remove {file} from {}", debs.display()))?;
        }
        seen.push(package);
    }
    let is_missing = |name: &&str| !seen.iter().any(|seen| seen == name);
    Ok(names.iter().copied().filter(is_missing).collect())
}

/// Builds the store paths of a file in `tests/store`, and lets `link` lead to them, which keeps them.
///
/// # Errors
/// Nix is not there, may not write its store, or cannot build.
pub fn nix_build(file: &str, arguments: &[(&str, &OsStr)], link: &Path) -> Result<()> {
    if !nix_store::is_writable() {
        if link.exists() {
            return Ok(());
        }
        bail!(CANNOT_WRITE);
    }
    let mut command = Command::new("nix-build");
    command
        .arg("--no-build-output")
        .arg(workspace::root().join("tests/store").join(file));
    for (name, value) in arguments {
        command.args(["--argstr", name]).arg(value);
    }
    command.arg("--out-link").arg(link);
    if !nix_store::has_daemon() {
        // Root or the store's owner, without a daemon: no build users, nothing to isolate, nowhere to substitute from.
        let settings = "build-users-group =\nsandbox = false\nsubstituters =\n";
        command.env("NIX_CONFIG", settings);
    }
    let folder = link.parent().unwrap_or(link);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    process::run(&mut command).context("cannot build the store paths of the tests")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_of_each_package_is_kept_and_nothing_else() {
        let debs = tempfile::tempdir().expect("a temporary folder");
        for file in [
            "libc6_1_amd64.deb",
            "libc6_2_amd64.deb",
            "other_1_amd64.deb",
        ] {
            fs::write(debs.path().join(file), "").expect("a file");
        }
        let missing = tidy(&["libc6", "zlib1g"], debs.path()).expect("a list");
        assert_eq!(missing, ["zlib1g"]);
        let kept = apt::debs(debs.path()).expect("a list");
        assert!(
            matches!(&kept[..], [file] if file.starts_with("libc6_")),
            "{kept:?}"
        );
    }
}
