//! Locks: to write down what a pin is made of, and to make the same pin again.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};

use super::packages::{leave_out_glibc, realise};
use super::rounds::Outcome;
use super::target::Target;
use super::today::Today;
use super::trial::Trial;
use crate::choice::Candidate;
use crate::nix::{Nix, store_path_of};
use crate::pin::lock_file::{Lock, LockedPackage};
use crate::pin::{self, Package, Recipe};

/// The packages of all libraries that the program gets by its pin, and the libraries that are in none.
pub(super) fn lock_of(target: &Target, outcome: &Outcome) -> Result<(Lock, Vec<PathBuf>)> {
    let recipe = &outcome.recipe;
    let system = target.architecture()?.nix_system;
    let mut lock = Lock::new(&target.name(), &target.identity, system);
    lock.nixpkgs.clone_from(&recipe.revision);
    let mut packages = BTreeMap::new();
    let mut left_out = Vec::new();
    for package in &recipe.packages {
        let libraries = package.libraries.clone();
        let attribute = package.attribute.clone();
        packages.insert(
            package.store_path.clone(),
            locked(attribute, &package.output, &package.store_path, libraries),
        );
    }
    let loader = store_path_of(&recipe.loader);
    if let Some(store_path) = &loader {
        lock.loader = Some(recipe.loader.display().to_string());
        let new = || locked(None, "out", store_path, Vec::new());
        packages.entry(store_path.clone()).or_insert_with(new);
    }
    for (name, path) in outcome.used.clone() {
        let named = store_path_of(&path).and_then(|it| Some((locked_name(&it, &path, &name)?, it)));
        let Some((locked_name, store_path)) = named else {
            left_out.push(path);
            continue;
        };
        let new = || locked(None, "out", &store_path, Vec::new());
        let is_listed = packages.values().any(|it| it.libraries.contains(&name));
        if is_listed || loader.as_ref() == Some(&store_path) {
            continue;
        }
        let package = packages.entry(store_path.clone()).or_insert_with(new);
        package.libraries.push(locked_name);
    }
    lock.packages = packages.into_values().collect();
    Ok((lock, left_out))
}

/// How a lock names the library `name`, which is the file `path`: by its name if it is in `lib` or
/// `lib64`, else by where in the package the name is.
fn locked_name(store_path: &Path, path: &Path, name: &str) -> Option<String> {
    let mut folders = ["lib", "lib64"].iter();
    if folders.any(|it| store_path.join(it).join(name).is_file()) {
        return Some(name.to_owned());
    }
    let named = path.with_file_name(name);
    let inside = named.strip_prefix(store_path).ok()?.to_str()?;
    named.is_file().then(|| inside.to_owned())
}

fn locked(
    attribute: Option<String>,
    output: &str,
    store_path: &Path,
    libraries: Vec<String>,
) -> LockedPackage {
    LockedPackage {
        attribute,
        output: output.to_owned(),
        store_path: store_path.display().to_string(),
        libraries,
    }
}

/// Gets the packages of a lock, and nothing else.
pub(super) fn run(target: &Target, file: &Path) -> Result<Option<Outcome>> {
    let lock = Lock::read(file)?;
    let operation = || format!("cannot use the lock {}", file.display());
    let system = target.architecture()?.nix_system;
    lock.check_program(&target.identity, system)
        .with_context(operation)?;
    let has_revision = lock.nixpkgs.is_some();
    let candidates = lock.packages.iter().map(|it| candidate(it, has_revision));
    let candidates: Vec<_> = candidates.collect();
    let all: Vec<_> = candidates.iter().collect();
    let nix = Nix::find()?;
    let paths = realise(&nix, &all, None, lock.nixpkgs.as_deref(), true).with_context(operation)?;
    for (package, path) in lock.packages.iter().zip(&paths) {
        check(package, path).with_context(operation)?;
    }
    let recipe = recipe(target, &lock)?;
    let (env, _) = pin::environment(&recipe)?;
    Ok(Some(Outcome::new(recipe, Trial::of(target, &env)?)))
}

/// The package of a lock. Without a revision, its attribute could be any package of that name.
fn candidate(package: &LockedPackage, has_revision: bool) -> Candidate {
    Candidate {
        attribute: package.attribute.clone(),
        top_level: has_revision,
        output: package.output.clone(),
        store_path: Some(package.store_path.clone().into()),
        path: String::new(),
        versions: None,
        is_namesake: false,
    }
}

/// Whether a package is what the lock says.
fn check(package: &LockedPackage, path: &Path) -> Result<()> {
    ensure!(
        path == Path::new(&package.store_path),
        "{} of nixpkgs is {}, and the lock says {}",
        package.attribute.as_deref().unwrap_or("the package"),
        path.display(),
        package.store_path
    );
    for name in &package.libraries {
        ensure!(
            file(package, name).is_file(),
            "{} has no {name}, which the lock says it has",
            package.store_path
        );
    }
    Ok(())
}

/// The file of a library: one that is named is in the package's `lib` or `lib64`.
fn file(package: &LockedPackage, name: &str) -> PathBuf {
    let root = Path::new(&package.store_path);
    let places = ["lib", "lib64"].map(|folder| root.join(folder).join(name));
    let [lib, _] = &places;
    match name.contains('/') {
        true => root.join(name),
        false => places.iter().find(|it| it.is_file()).unwrap_or(lib).clone(),
    }
}

fn recipe(target: &Target, lock: &Lock) -> Result<Recipe> {
    let today = Today::of(target)?;
    let mut base = today.libraries;
    let mut loader = today.loader;
    if let Some(path) = &lock.loader {
        leave_out_glibc(&mut base, &loader);
        loader = Path::new(path)
            .canonicalize()
            .with_context(|| format!("cannot use {path} as the loader"))?;
    }
    let mut packages = Vec::new();
    for package in &lock.packages {
        let (paths, names): (Vec<_>, Vec<_>) = package
            .libraries
            .iter()
            .cloned()
            .partition(|it| it.contains('/'));
        for inside in paths {
            let path = file(package, &inside).canonicalize()?;
            let name = Path::new(&inside).file_name().map(OsString::from);
            let name = name.ok_or_else(|| anyhow!("{inside} is no file"))?;
            base.retain(|(other, _)| *other != name);
            base.push((name, path));
        }
        packages.push(Package {
            attribute: package.attribute.clone(),
            output: package.output.clone(),
            store_path: package.store_path.clone().into(),
            libraries: names,
            reason: "named by the lock".into(),
        });
    }
    Ok(Recipe {
        program: target.path.clone(),
        identity: target.identity.clone(),
        stand_in: None,
        tree: None,
        base,
        loader,
        extra_paths: today.extra_paths,
        known_paths: today.known_paths,
        packages,
        revision: lock.nixpkgs.clone(),
        made_with: None,
    })
}
