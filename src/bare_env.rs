//! The library environment of a host that has none: the glibc that ldshim itself runs with, and nothing else.
//!
//! That is what NixOS is where nothing is set up: a store, and no loader where programs look for theirs. What ldshim was built with
//! is there as long as ldshim is. The library environment is kept beside those of other hosts ([`crate::host_env`]), under a name
//! that says of which glibc it is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::elf::{self, Architecture};
use crate::host_env;
use crate::library_env::Collection;
use crate::nix::{STORE, store_path_of};
use crate::stub_file::{StubFile, stranger};

/// Whether programs of an architecture find a real loader at its place: not one that NixOS has put there to explain itself, and no
/// stub.
#[must_use]
pub fn has_real_loader(architecture: &Architecture) -> bool {
    let place = Path::new(architecture.loader_path);
    place.exists() && StubFile::read(place).is_err() && stranger(place).is_none()
}

/// The real loader that ldshim itself was started with, if it is in the Nix store and serves programs of this architecture.
#[must_use]
pub fn own_loader(architecture: &Architecture) -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let loader = elf::interpreter(&own).ok()??.canonicalize().ok()?;
    let fits = elf::identify(&loader).is_ok_and(|it| architecture.matches(&it));
    (fits && loader.starts_with(STORE)).then_some(loader)
}

/// The library environment of a loader in the store and the libraries beside it, made if it is not there.
///
/// # Errors
/// The loader is none, there is no place for what is kept, or the file system refuses.
pub fn ensure(loader: &Path, architecture: &Architecture) -> Result<PathBuf> {
    let store_path = store_path_of(loader);
    let glibc = store_path.as_deref().and_then(Path::file_name);
    let glibc = glibc.with_context(|| format!("{} is not in {STORE}", loader.display()))?;
    let name = format!(
        "{}-{}-{}",
        architecture.nix_system,
        glibc.to_string_lossy(),
        env!("CARGO_PKG_VERSION")
    );
    host_env::keep(&host_env::kept_in()?.join("bare"), &name, || {
        let mut collection = Collection::new(loader)?;
        collection.add_package(loader.parent().unwrap_or(loader))?;
        collection.finish()
    })
}
