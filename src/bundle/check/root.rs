//! The roots that a bundled program and its original run in.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::super::Manifest;
use super::lures::{self, Lure};
use super::shape::Shape;
use crate::elf::Architecture;
use crate::sandbox::Root;

/// Where the bundle is in the roots: in another folder than the one that it was made in, with a space in its path.
pub const PLACE: &str = "/opt/a bundle";

/// Where programs are looked for, in all of them.
pub const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What the roots of bundles do not have.
const NIX: &str = "/nix";

/// What every distribution has, if this one has it.
const USUAL: [&str; 8] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/localtime",
    "/etc/services",
    "/etc/protocols",
];

/// Folders of a root that the current folder must not show through: they have the lures, or are hidden.
const OWN: [&str; 9] = [
    "/nix", "/usr", "/lib", "/lib64", "/bin", "/etc", "/opt", "/proc", "/dev",
];

/// A root for the original: this system's, with a /tmp of its own.
///
/// # Errors
/// `/` cannot be listed.
pub fn host() -> Result<Root> {
    let mut root = Root::like_host()?.without("/tmp").tmpfs("/tmp");
    // Where Nix has no daemon, root could write to its store, as Python does to keep what it has compiled.
    if Path::new(NIX).exists() {
        root = root.without(NIX).bind_read_only(NIX, NIX);
    }
    let hidden = shown_folder().filter(|it| it.starts_with("/tmp"));
    Ok(with(root, hidden))
}

/// A root of a shape, with a bundle that cannot be written to.
///
/// # Errors
/// The bundle is for an unknown system.
pub fn of(shape: &Shape, bundle: &Path, manifest: &Manifest) -> Result<Root> {
    let mut architectures = Architecture::ALL.into_iter();
    let architecture = architectures
        .find(|it| it.nix_system == manifest.system)
        .with_context(|| format!("cannot check a bundle for {}", manifest.system))?;
    let mut root = Root::new().bind("/dev", "/dev").tmpfs("/tmp");
    if shape.has_proc {
        root = root.bind("/proc", "/proc");
    }
    for (path, contents) in shape.links {
        root = root
            .directory(Path::new("/").join(contents))
            .link(contents, path);
    }
    for path in USUAL.into_iter().filter(|path| Path::new(path).exists()) {
        root = root.bind_read_only(path, path);
    }
    let lures = lures::lures(shape, manifest, architecture);
    for Lure { path, place } in &lures {
        root = root.link(Path::new(PLACE).join(place), path);
    }
    if shape.has_glibc {
        root = root.program(lures::list(&lures, architecture)?, "/etc/ld.so.cache");
    }
    Ok(with(root.bind_read_only(bundle, PLACE), shown_folder()))
}

/// A root with the current folder.
fn with(root: Root, folder: Option<PathBuf>) -> Root {
    match folder {
        Some(folder) => root.bind(&folder, &folder),
        None => root,
    }
}

/// The current folder of the program, if the roots can show it: else /tmp.
pub fn current_folder() -> PathBuf {
    shown_folder().unwrap_or_else(|| "/tmp".into())
}

/// Where programs do their work in all roots.
pub fn work() -> Vec<PathBuf> {
    [Some("/tmp".into()), shown_folder()]
        .into_iter()
        .flatten()
        .collect()
}

fn shown_folder() -> Option<PathBuf> {
    let folder = env::current_dir().ok()?;
    let is_own = |folder: &Path| OWN.iter().any(|it| folder.starts_with(it));
    (folder.parent().is_some() && !is_own(&folder)).then_some(folder)
}

/// The environment of all runs: the caller's, without what leads to the store or to libraries.
pub fn set_environment(command: &mut Command) {
    for (name, value) in env::vars_os() {
        let (name_text, value) = (name.to_string_lossy(), value.to_string_lossy());
        let leads = ["LD_", "NIX_"].iter().any(|it| name_text.starts_with(it));
        if leads || value.contains("/nix/") {
            command.env_remove(&name);
        }
    }
    command
        .env("PATH", PATH)
        .env("HOME", "/tmp")
        .env("TMPDIR", "/tmp")
        .env("PWD", current_folder())
        .env_remove("OLDPWD");
}
