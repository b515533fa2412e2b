//! Which library environment a pin is.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use loader_stub::c_library::CLibrary;

use super::{Package, Recipe};
use crate::library_env::{Collection, LibraryEnv, Note};

/// The library environment of a recipe, and what its user may want to know. A name is taken from the first of
/// these that has it: the packages that were chosen for it, what the program finds today, whatever else those
/// packages have.
pub(crate) fn build(recipe: &Recipe) -> Result<(LibraryEnv, Vec<String>)> {
    let mut collection = Collection::new(&recipe.loader)?;
    for path in &recipe.known_paths {
        collection.add_known_path(path)?;
    }
    for package in &recipe.packages {
        for name in &package.libraries {
            let name = OsString::from(name);
            let file = find(package, &name)?;
            collection.add_library(&name, &file);
        }
    }
    let chosen = collection.notes().len();
    for (name, file) in &recipe.base {
        collection.add_library(name, file);
    }
    let base = collection.notes().len();
    for package in &recipe.packages {
        // One that has its libraries in deeper folders was chosen by name.
        let has_folder = |name: &&str| package.store_path.join(name).is_dir();
        for folder in ["lib", "lib64"].iter().filter(|it| has_folder(it)) {
            collection
                .add_package(&package.store_path.join(folder))
                .ok();
        }
    }
    for path in &recipe.extra_paths {
        collection.add_extra_path(path)?;
    }
    let notes = collection.notes().iter().enumerate();
    let notes = notes.filter(|(number, note)| is_worth_telling(*number, note, chosen, base));
    let notes = notes.map(|(_, note)| note.to_string()).collect();
    let env = collection.finish()?;
    ensure!(
        env.c_library == CLibrary::Glibc,
        "cannot pin {}: its loader {} is musl's, which has no cache; name its libraries in NIX_LD_MUSL_LIBRARY_PATH",
        recipe.program.display(),
        env.loader.display()
    );
    Ok((env, notes))
}

/// Of chosen packages, everything that was left out; of today's libraries, what is no longer there. That a chosen
/// library stands in for today's is what was chosen, and what else packages have is nobody's concern.
fn is_worth_telling(number: usize, note: &Note, chosen: usize, base: usize) -> bool {
    number < chosen || (number < base && matches!(note, Note::Skipped { .. }))
}

/// The file of a library of a package: in its folder of libraries, or in a folder of that.
fn find(package: &Package, name: &OsStr) -> Result<PathBuf> {
    let folders = ["lib", "lib64"].map(|folder| package.store_path.join(folder));
    let deeper = folders.iter().flat_map(|folder| directories(folder));
    let mut candidates = folders.iter().cloned().chain(deeper);
    let found = candidates.find_map(|folder| {
        let file = folder.join(name);
        file.exists().then_some(file)
    });
    found.with_context(|| {
        format!(
            "cannot find {} in the libraries of {}; choose another package for it",
            name.display(),
            package.store_path.display()
        )
    })
}

fn directories(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<_> = entries
        .map(|it| it.path())
        .filter(|it| it.is_dir())
        .collect();
    all.sort();
    all
}
