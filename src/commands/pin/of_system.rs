//! What a pin of the system may be made of: only what belongs to root, because programs with rights of their own
//! use it.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::index::Place;
use crate::nix::STORE;
use crate::pin::Recipe;

/// Write permission for the group and for others.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Fails if anything that the pin would hold may be changed by somebody else than root.
pub(super) fn check(recipe: &Recipe) -> Result<()> {
    let libraries = recipe.base.iter().map(|(_, file)| file);
    let packages = recipe.packages.iter().map(|it| &it.store_path);
    let files = libraries.chain(packages).chain([&recipe.loader]);
    for file in files {
        check_path(file)?;
    }
    // Those that are not there are given to nobody before they are.
    for directory in &recipe.extra_paths {
        let there = directory.ancestors().find(|it| it.exists());
        there.map_or(Ok(()), check_path)?;
    }
    Ok(())
}

/// Fails if the index in use is somebody else's, as with the HOME of the user who has called sudo.
pub(super) fn check_index() -> Result<()> {
    let place = Place::of_user()?;
    for path in [place.nixpkgs(), place.local()] {
        if path.exists() {
            check_path(&path).context(
                "cannot trust the index for a pin of the system; use one of root: set HOME to root's, and \
                 XDG_CACHE_HOME not at all",
            )?;
        }
    }
    Ok(())
}

/// Checks a file and all directories above it, by its own name and where links lead.
fn check_path(path: &Path) -> Result<()> {
    let file = path
        .canonicalize()
        .with_context(|| format!("cannot find {}", path.display()))?;
    for named in [path, &file] {
        // What is in the store belongs to Nix, and never changes.
        if named.starts_with(STORE) {
            continue;
        }
        for part in named.ancestors().filter(|it| !it.as_os_str().is_empty()) {
            check_part(part).with_context(|| {
                let path = path.display();
                format!("cannot use {path} in a pin of the system; put it into the Nix store")
            })?;
        }
    }
    Ok(())
}

fn check_part(part: &Path) -> Result<()> {
    let metadata = part
        .metadata()
        .with_context(|| format!("cannot look at {}", part.display()))?;
    ensure!(
        metadata.uid() == 0,
        "{} does not belong to root",
        part.display()
    );
    ensure!(
        metadata.mode() & WRITABLE_BY_OTHERS == 0,
        "others than root may write to {}",
        part.display()
    );
    Ok(())
}
