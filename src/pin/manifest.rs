//! What a pin needs of the store, and what keeps it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use loader_stub::identity::Identity;

use super::{MANIFEST, Recipe, State};
use crate::library_env::LibraryEnv;
use crate::nix::{Nix, store_path_of};

/// How often a manifest is made again that the garbage collector takes before it has a root.
const ATTEMPTS: usize = 3;

/// What a pin needs.
pub(super) struct Needs {
    /// Store paths, sorted.
    pub(super) store_paths: Vec<PathBuf>,
    /// Files elsewhere, which nobody keeps.
    pub(super) elsewhere: Vec<PathBuf>,
}

/// What the libraries and the loader of `env`, and the packages of `recipe`, need.
pub(super) fn needs(recipe: &Recipe, env: &LibraryEnv) -> Needs {
    let mut store_paths = BTreeSet::new();
    let mut elsewhere = BTreeSet::new();
    let packages = recipe.packages.iter().map(|it| &it.store_path);
    let files = env.libraries.values().chain([&env.loader]);
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

/// Makes the manifest of these store paths, and a root that keeps it.
pub(super) fn keep(
    state: &State,
    identity: Identity,
    store_paths: &[PathBuf],
    nix: &Nix,
) -> Result<PathBuf> {
    let mut attempt = 1;
    loop {
        let manifest = nix.write_manifest(&format!("ldshim-pin-{identity}"), store_paths)?;
        let root = root(state, identity, &manifest)?;
        match nix.add_root(&manifest, &root) {
            Ok(()) => return Ok(manifest),
            Err(_) if attempt < ATTEMPTS && !nix.is_valid(&manifest) => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// The place of the root that keeps a manifest.
fn root(state: &State, identity: Identity, manifest: &Path) -> Result<PathBuf> {
    let name = manifest.file_name().and_then(|name| name.to_str());
    let hash = name.and_then(|name| name.split_once('-')).map(|it| it.0);
    let hash = hash.with_context(|| format!("{} is no store path", manifest.display()))?;
    Ok(state.roots().join(format!("{identity}-{hash}")))
}

/// The place of the root that keeps the pin in `directory`, if that is a pin.
pub(super) fn root_of(state: &State, identity: Identity, directory: &Path) -> Option<OsString> {
    let manifest = directory.join(MANIFEST).read_link().ok()?;
    let root = root(state, identity, &manifest).ok()?;
    root.file_name().map(Into::into)
}
