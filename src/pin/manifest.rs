//! What a pin needs of the store, and what keeps it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use loader_stub::identity::Identity;

use super::{MANIFEST, ROOT, Recipe, State, place};
use crate::library_env::{LibraryEnv, is_in};
use crate::nix::{Nix, is_indirect_root, store_path_of};

/// How often a manifest is made again that the garbage collector takes before it has a root.
const ATTEMPTS: usize = 3;

/// What a pin needs.
pub(super) struct Needs {
    /// Store paths, sorted.
    pub(super) store_paths: Vec<PathBuf>,
    /// Files elsewhere, which nobody keeps.
    pub(super) elsewhere: Vec<PathBuf>,
}

/// What the libraries and the loader of `env`, and the packages of `recipe`, need. What is in a known path comes with the
/// running system, and is nobody's to keep.
pub(super) fn needs(recipe: &Recipe, env: &LibraryEnv) -> Needs {
    let mut store_paths = BTreeSet::new();
    let mut elsewhere = BTreeSet::new();
    let packages = recipe.packages.iter().map(|it| &it.store_path);
    let libraries = env.libraries.values();
    let libraries = libraries.filter(|it| !is_in(&env.known_paths, it));
    let files = libraries.chain([&env.loader]);
    for path in packages.chain(files) {
        match store_path_of(path) {
            Some(store_path) => store_paths.insert(store_path),
            None => elsewhere.insert(path.clone()),
        };
    }
    Needs {
        store_paths: store_paths.into_iter().collect(),
        elsewhere: elsewhere.into_iter().collect(),
    }
}

/// What keeps a pin.
pub(super) struct Kept {
    /// The manifest's store path.
    pub(super) manifest: PathBuf,
    /// The name of its root.
    pub(super) root: String,
}

/// Makes the manifest of these store paths, and a root that keeps it.
pub(super) fn keep(
    state: &State,
    identity: Identity,
    store_paths: &[PathBuf],
    nix: &Nix,
) -> Result<Kept> {
    for attempt in 1.. {
        let manifest = nix.write_manifest(&format!("ldshim-pin-{identity}"), store_paths)?;
        let root = new_name(identity, attempt);
        match nix.add_root(&manifest, &state.roots().join(&root)) {
            Ok(()) => return Ok(Kept { manifest, root }),
            Err(_) if attempt < ATTEMPTS && !nix.is_valid(&manifest) => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("the last attempt returns")
}

/// A name that no root has ever had. Nix's garbage collector looks for a root first, and forgets its name then if
/// there was none; if it was made again in between, it would be forgotten while it is there.
fn new_name(identity: Identity, attempt: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanoseconds = now.map_or(0, |it| it.as_nanos());
    format!("{identity}-{nanoseconds:x}-{}-{attempt}", process::id())
}

/// The name of the root that keeps the pin in `directory`, if that is a pin. An error means that it cannot be told.
pub(super) fn root_of(directory: &Path) -> io::Result<Option<OsString>> {
    match directory.join(ROOT).read_link() {
        Ok(link) => Ok(link.file_name().map(Into::into)),
        Err(error) => match error.kind() {
            // There is none; a mark; something that is no link.
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput => Ok(None),
            _ => Err(error),
        },
    }
}

/// Whether the root of the pin in `directory` leads to its manifest, and Nix knows it. A state that was moved has roots
/// that Nix looks for where they were.
pub(super) fn is_kept(directory: &Path) -> bool {
    let (Ok(Some(name)), Ok(manifest)) = (root_of(directory), manifest_of(directory)) else {
        return false;
    };
    let root = directory.join("../../roots").join(name);
    root.read_link().is_ok_and(|target| target == manifest) && is_indirect_root(&root)
}

fn manifest_of(directory: &Path) -> io::Result<PathBuf> {
    directory.join(MANIFEST).read_link()
}

/// Makes another root of a pin that is there, but not kept.
pub(super) fn keep_again(
    state: &State,
    identity: Identity,
    directory: &Path,
    nix: &Nix,
) -> Result<()> {
    let operation = || place::cannot_write(directory);
    let manifest = manifest_of(directory).with_context(operation)?;
    let root = new_name(identity, 1);
    nix.add_root(&manifest, &state.roots().join(&root))?;
    place::sync(&state.roots())?;
    let new = place::beside(directory);
    symlink(link_to(&root), &new).with_context(operation)?;
    fs::rename(&new, directory.join(ROOT)).with_context(operation)?;
    place::sync(directory)
}

/// The text of the link to a root in a pin.
pub(super) fn link_to(root: &str) -> PathBuf {
    Path::new("../../roots").join(root)
}
