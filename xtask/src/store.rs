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
use nix::unistd::Uid;

use crate::cli::Network;
use crate::{apt, process, progress, workspace};

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
    // The glibc of the other architectures of the stub, for cross builds.
    "libc6-arm64-cross",
    "libc6-i386-cross",
    "libc6-riscv64-cross",
];

/// The store paths of [`PACKAGES`].
pub struct Store {
    /// A directory with one link per package, named for it.
    packages: PathBuf,
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
        let of_glibc = PACKAGES.iter().filter(|&&name| name != "musl");
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

    fn package(&self, name: &str) -> Result<PathBuf> {
        let link = self.packages.join(name);
        link.canonicalize()
            .with_context(|| format!("cannot follow {}", link.display()))
    }
}

/// The store paths that an earlier [`build`] has made.
///
/// # Errors
/// One of them is missing.
pub fn existing() -> Result<Store> {
    let store = Store {
        packages: workspace::target("store").join("packages"),
    };
    for name in PACKAGES {
        store.package(name)?;
    }
    Ok(store)
}

/// Downloads the packages and builds the store paths, as far as that is still to be done.
///
/// # Errors
/// A package cannot be downloaded (or may not be), Nix cannot build, or this user may not and nothing
/// is there yet.
pub fn build(network: Network) -> Result<Store> {
    if !has_daemon() && !Uid::effective().is_root() {
        return existing().context(
            "cannot write /nix/store: run this as root once, or install Nix with its daemon",
        );
    }
    let debs = workspace::target("debs");
    download(&debs, network)?;
    let packages = workspace::target("store").join("packages");
    nix_build("debs.nix", &[("debs", debs.as_ref())], &packages)?;
    Ok(Store { packages })
}

fn download(debs: &Path, network: Network) -> Result<()> {
    fs::create_dir_all(debs).with_context(|| format!("cannot make {}", debs.display()))?;
    let missing = missing_packages(debs)?;
    if missing.is_empty() {
        return Ok(());
    }
    if network == Network::Forbidden {
        bail!(
            "target/debs lacks {}: run `cargo xtask fetch` without --offline once",
            missing.join(", ")
        );
    }
    let arriving = tempfile::tempdir_in(workspace::target("")).context("cannot write target")?;
    let what = format!("{} Debian packages", missing.len());
    progress::download(&what, None, arriving.path(), || {
        apt::download(&missing, arriving.path())
    })?;
    for file in file_names(arriving.path())? {
        fs::rename(arriving.path().join(&file), debs.join(&file))
            .with_context(|| format!("cannot rename {file} to {}", debs.display()))?;
    }
    Ok(())
}

/// Which of [`PACKAGES`] have no file in `debs`. Removes from there what belongs to none of them.
fn missing_packages(debs: &Path) -> Result<Vec<&'static str>> {
    let mut missing = PACKAGES.to_vec();
    for file in file_names(debs)? {
        let package = file.split('_').next();
        match missing.iter().position(|&name| Some(name) == package) {
            Some(index) => drop(missing.remove(index)),
            None => fs::remove_file(debs.join(&file))
                .with_context(|| format!("cannot remove {file} from {}", debs.display()))?,
        }
    }
    Ok(missing)
}

fn file_names(folder: &Path) -> Result<Vec<String>> {
    let names = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    });
    names.with_context(|| format!("cannot list {}", folder.display()))
}

/// Whether Nix builds for ordinary users.
fn has_daemon() -> bool {
    Path::new("/nix/var/nix/daemon-socket/socket").exists()
}

/// Builds the store paths of a file in `tests/store`, and lets `link` lead to them, which keeps them.
///
/// # Errors
/// Nix is not there, may not write its store, or cannot build.
pub fn nix_build(file: &str, arguments: &[(&str, &OsStr)], link: &Path) -> Result<()> {
    if !has_daemon() && !Uid::effective().is_root() {
        if link.exists() {
            return Ok(());
        }
        bail!("cannot write /nix/store: run this as root once, or install Nix with its daemon");
    }
    let mut command = Command::new("nix-build");
    command
        .arg("--no-build-output")
        .arg(workspace::root().join("tests/store").join(file));
    for (name, value) in arguments {
        command.args(["--argstr", name]).arg(value);
    }
    command.arg("--out-link").arg(link);
    if !has_daemon() {
        // Root without a daemon: no build users, nothing to isolate, nowhere to substitute from.
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
    fn packages_without_a_file_are_missing() {
        let debs = tempfile::tempdir().expect("a temporary folder");
        fs::write(debs.path().join("libc6_2.36_amd64.deb"), "").expect("a file");
        let missing = missing_packages(debs.path()).expect("a list");
        assert_eq!(missing.len(), PACKAGES.len() - 1);
        assert!(!missing.contains(&"libc6") && missing.contains(&"zlib1g"));
    }

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
        missing_packages(debs.path()).expect("a list");
        let kept = file_names(debs.path()).expect("a list");
        assert!(
            matches!(&kept[..], [file] if file.starts_with("libc6_")),
            "{kept:?}"
        );
    }
}
