//! The chosen packages: to have them in the store, and to make a recipe of them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};

use super::lookup::{self, LIBC};
use super::target::Target;
use super::today::Today;
use crate::choice::{Candidate, Choice, is_part_of_glibc};
use crate::elf::Architecture;
use crate::nix::{Nix, STORE, Wanted};
use crate::pin::{Package, Recipe};
use crate::printable;

/// A choice whose package is here.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Had {
    pub(in crate::commands) choice: Choice,
    pub(in crate::commands) store_path: PathBuf,
    /// The library.
    pub(in crate::commands) file: PathBuf,
    /// Whether the package is a glibc that takes the place of the one in use.
    pub(in crate::commands) is_glibc: bool,
}

/// Has Nix get the packages; gives their store paths, in the same order.
pub(in crate::commands) fn realise(
    nix: &Nix,
    candidates: &[&Candidate],
    nixpkgs: Option<&str>,
    revision: Option<&str>,
    is_progress_shown: bool,
) -> Result<Vec<PathBuf>> {
    let default = match revision {
        Some(revision) => format!("github:NixOS/nixpkgs/{revision}"),
        None => "nixpkgs".into(),
    };
    let from_nixpkgs = |candidate: &Candidate| {
        let attribute = candidate.attribute.clone();
        let attribute = attribute.filter(|_| candidate.is_own_attribute());
        attribute.map(|attribute| Wanted::Attribute {
            nixpkgs: nixpkgs.unwrap_or(&default).to_owned(),
            attribute,
            output: candidate.output.clone(),
        })
    };
    let wanted = |candidate: &Candidate| match (&candidate.store_path, from_nixpkgs(candidate)) {
        (_, Some(attribute)) if nixpkgs.is_some() => Ok(attribute),
        (Some(path), _) => Ok(Wanted::StorePath(path.clone())),
        (None, Some(attribute)) => Ok(attribute),
        (None, None) => Err(anyhow!(
            "{candidate} is neither a store path nor an attribute"
        )),
    };
    // What is here already needs no Nix, which would only say that nothing keeps it yet.
    let is_here = |candidate: &&&Candidate| {
        let path = candidate.store_path.as_ref().filter(|_| nixpkgs.is_none());
        path.is_some_and(|it| it.exists())
    };
    let absent: Vec<_> = candidates.iter().filter(|it| !is_here(it)).collect();
    let all = absent.iter().map(|it| wanted(it));
    let all = all.collect::<Result<Vec<_>>>()?;
    let mut new = match nix.realise(&all, is_progress_shown) {
        Ok(paths) => paths.into_iter(),
        // One by one, to say which it is. And a store path that is gone from everywhere can be built again.
        Err(_) => {
            let paths = absent.iter().zip(&all).map(|(candidate, wanted)| {
                let again = from_nixpkgs(candidate);
                realise_one(nix, wanted, again, is_progress_shown)
                    .with_context(|| format!("cannot get {candidate}"))
            });
            paths.collect::<Result<Vec<_>>>()?.into_iter()
        }
    };
    let paths = candidates
        .iter()
        .map(|candidate| match &candidate.store_path {
            Some(path) if is_here(&candidate) => Ok(path.clone()),
            _ => new.next().context("Nix has told too few paths"),
        });
    paths.collect()
}

fn realise_one(
    nix: &Nix,
    wanted: &Wanted,
    again: Option<Wanted>,
    is_progress_shown: bool,
) -> Result<PathBuf> {
    let realise = |wanted: &Wanted| nix.realise(std::slice::from_ref(wanted), is_progress_shown);
    let paths = match (realise(wanted), again, wanted) {
        (Err(_), Some(again), Wanted::StorePath(_)) => realise(&again),
        (result, ..) => result,
    };
    paths?.into_iter().next().context("Nix has told no path")
}

/// Finds the library in the package.
pub(in crate::commands) fn had(
    choice: Choice,
    store_path: PathBuf,
    is_glibc: bool,
    architecture: &'static Architecture,
) -> Result<Had> {
    let name = &choice.need.name;
    let path = choice.candidate.path.trim_start_matches('/');
    let places = [
        path.to_owned(),
        format!("lib/{name}"),
        format!("lib64/{name}"),
    ];
    let selection = printable::shell_word(&format!("{name}=ATTR"));
    let mut files = places.iter().map(|it| store_path.join(it));
    let file = files.find(|it| it.is_file()).with_context(|| {
        let path = store_path.display();
        format!("{path} has no {name}; choose another package: --select {selection}")
    })?;
    ensure!(
        !lookup::is_unfit(&file, architecture),
        "{} is no library for {architecture}, as the program is; choose another package: --select {selection}",
        file.display()
    );
    Ok(Had {
        choice,
        store_path,
        file,
        is_glibc,
    })
}

/// What the pin would hold.
pub(super) fn recipe(
    target: &Target,
    today: &Today,
    chosen: &[Had],
    revision: Option<&str>,
) -> Result<Recipe> {
    let mut base = today.libraries.clone();
    let mut loader = today.loader.clone();
    let mut packages: BTreeMap<&Path, Package> = BTreeMap::new();
    for had in chosen {
        let candidate = &had.choice.candidate;
        let package = packages.entry(&had.store_path).or_insert_with(|| Package {
            attribute: candidate
                .attribute
                .clone()
                .filter(|_| candidate.is_own_attribute()),
            output: candidate.output.clone(),
            store_path: had.store_path.clone(),
            libraries: Vec::new(),
            reason: had.choice.reason.clone(),
        });
        if had.is_glibc {
            let name = Path::new(target.architecture()?.loader_path).file_name();
            loader = had.store_path.join("lib").join(name.unwrap_or_default());
            loader = loader.canonicalize().with_context(|| {
                let path = loader.display();
                format!(
                    "{candidate} has no loader: {path}; choose another glibc: --select {LIBC}=ATTR"
                )
            })?;
            leave_out_glibc(&mut base, &today.loader);
            package.libraries.extend(parts_of_glibc(&had.store_path)?);
        } else if is_beside_others(&had.file, &had.store_path) {
            package.libraries.push(had.choice.need.name.clone());
        } else {
            // No directory of libraries: the other files beside it are the package's own.
            let name = OsString::from(&had.choice.need.name);
            base.retain(|(other, _)| *other != name);
            base.push((name, had.file.canonicalize()?));
        }
    }
    Ok(Recipe {
        program: target.path.clone(),
        identity: target.identity.clone(),
        stand_in: None,
        tree: None,
        base,
        loader,
        extra_paths: today.extra_paths.clone(),
        known_paths: today.known_paths.clone(),
        packages: packages.into_values().collect(),
        revision: revision.map(str::to_owned),
        made_with: today.made_with.clone(),
    })
}

/// Leaves out what belongs to the glibc of today's loader: by its name, or because it lies beside the loader in
/// the store, where a glibc has no libraries but its own. Some, such as `libnss_compat.so.2`, work with their own
/// glibc only.
pub(super) fn leave_out_glibc(libraries: &mut Vec<(OsString, PathBuf)>, loader: &Path) {
    let folder = loader.parent().filter(|it| it.starts_with(STORE));
    let is_of_glibc = |name: &OsStr| name.to_str().is_some_and(is_part_of_glibc);
    libraries
        .retain(|(name, file)| !is_of_glibc(name) && (folder.is_none() || file.parent() != folder));
}

fn parts_of_glibc(store_path: &Path) -> Result<Vec<String>> {
    let folder = store_path.join("lib");
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let names = entries.flatten().map(|it| it.file_name());
    let names = names.filter_map(|it| it.into_string().ok());
    let mut names: Vec<_> = names.filter(|it| is_part_of_glibc(it)).collect();
    names.sort();
    Ok(names)
}

fn is_beside_others(file: &Path, store_path: &Path) -> bool {
    let folder = file.parent();
    ["lib", "lib64"]
        .iter()
        .any(|it| folder == Some(&store_path.join(it)))
}
