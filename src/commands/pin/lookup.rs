//! What is known of the packages that have a library: by the index, and by what is here already.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow};

use crate::choice::{ChoiceError, Facts};
use crate::elf::{Architecture, Dynamic, Image};
use crate::explain::{Kind, Report};
use crate::index::{Index, Provider, Source};
use crate::library_env::original_loader;
use crate::nix::{Nix, store_path_of};
use crate::resolver::map_file;

/// The library of glibc that stands for all of it.
pub(in crate::commands) const LIBC: &str = "libc.so.6";

/// What a store path's file tells of a library.
enum File {
    /// It is not here.
    Absent,
    /// It is for programs of another machine, or no library.
    Unfit,
    /// It offers these symbol versions.
    Fits(Vec<String>),
}

/// The providers of each library that fit programs of an architecture.
pub(in crate::commands) fn providers(
    index: Option<&Index>,
    names: impl Iterator<Item = String>,
    architecture: &'static Architecture,
) -> Result<BTreeMap<String, Vec<Provider>>> {
    let is_imported = is_of_system(index, architecture);
    let mut all = BTreeMap::new();
    for name in names {
        let mut known = index.map_or(Ok(Vec::new()), |it| it.providers(&name))?;
        known.retain_mut(|provider| match fit(provider, architecture) {
            Some(fits) => fits,
            None => provider.source == Source::Local || is_imported,
        });
        all.insert(name, known);
    }
    Ok(all)
}

/// Whether the index tells of packages for programs of this architecture: those of one system are imported, by
/// default this machine's.
pub(in crate::commands) fn is_of_system(
    index: Option<&Index>,
    architecture: &Architecture,
) -> bool {
    match index.and_then(Index::system) {
        Some(system) => system == architecture.nix_system,
        None => architecture.machine == loader_stub::elf::MACHINE,
    }
}

/// Adds what the file says. Whether it is for these programs; `None` if it is not here.
fn fit(provider: &mut Provider, architecture: &'static Architecture) -> Option<bool> {
    name_the_owner(provider);
    let path = provider
        .store_path
        .join(provider.path.trim_start_matches('/'));
    match look(&path, architecture) {
        File::Fits(versions) => {
            provider.versions = Some(versions);
            Some(true)
        }
        File::Unfit => Some(false),
        File::Absent => None,
    }
}

/// A store path may have nothing but links to the libraries of others, as library environments have. Where nothing
/// else is known of it, the package that has the library itself is meant.
fn name_the_owner(provider: &mut Provider) {
    let path = provider.store_path.join(&provider.path);
    let (None, Some(name), Ok(file)) = (&provider.attribute, path.file_name(), path.canonicalize())
    else {
        return;
    };
    let Some(owner) = store_path_of(&file).filter(|it| *it != provider.store_path) else {
        return;
    };
    let named = Path::new("lib").join(name);
    if owner.join(&named).canonicalize().is_ok_and(|it| it == file) {
        provider.path = named.display().to_string();
        provider.store_path = owner;
    }
}

fn look(path: &Path, architecture: &'static Architecture) -> File {
    let Ok(bytes) = map_file(path) else {
        return File::Absent;
    };
    let Ok(image) = Image::parse(&bytes) else {
        return File::Unfit;
    };
    if !architecture.matches(&image.identity) || !image.identity.is_shared_object() {
        return File::Unfit;
    }
    let versions = Dynamic::of(&image).and_then(|it| it.versions_offered);
    let versions = versions.unwrap_or_default().into_iter();
    File::Fits(
        versions
            .map(|it| it.to_string_lossy().into_owned())
            .collect(),
    )
}

/// Whether a file that is here is of no use for programs of an architecture.
pub(in crate::commands) fn is_unfit(path: &Path, architecture: &'static Architecture) -> bool {
    matches!(look(path, architecture), File::Unfit)
}

/// The glibcs that the libraries of a program name in their search paths, as those of nixpkgs do.
pub(in crate::commands) fn glibcs_beside(report: &Report) -> Vec<Provider> {
    let Kind::Dynamic(dynamic) = &report.kind else {
        return Vec::new();
    };
    let objects = dynamic.resolution.iter().flat_map(|it| &it.objects);
    let lists = objects.flat_map(|it| [&it.dynamic().runpath, &it.dynamic().rpath]);
    let mut providers: Vec<Provider> = Vec::new();
    for list in lists.flatten() {
        for directory in list.as_bytes().split(|&byte| byte == b':') {
            let directory = Path::new(std::ffi::OsStr::from_bytes(directory));
            let Some(store_path) = store_path_of(&directory.join(LIBC)) else {
                continue;
            };
            let is_known = providers.iter().any(|it| it.store_path == store_path);
            if is_known || store_path.join("lib") != directory {
                continue;
            }
            let mut provider = Provider {
                attribute: None,
                output: "out".into(),
                top_level: false,
                store_path,
                path: format!("lib/{LIBC}"),
                versions: None,
                source: Source::Local,
            };
            if fit(&mut provider, dynamic.architecture) == Some(true) {
                providers.push(provider);
            }
        }
    }
    providers
}

/// Adds to the error that no package has a library what the index knows instead: other versions of it.
pub(super) fn with_absence(error: ChoiceError, index: Option<&Index>) -> Error {
    let ChoiceError::NoProvider(need) = &error else {
        return error.into();
    };
    let absence = index.and_then(|it| it.absence(&need.name).ok());
    match absence.and_then(|it| it.line(&need.name)) {
        Some(line) => anyhow!("{error}\n{line}"),
        None => error.into(),
    }
}

/// What the store and binary caches tell.
pub(in crate::commands) struct Store {
    /// For asking binary caches, if there is Nix.
    nix: Option<Nix>,
    /// What they were asked.
    asked: RefCell<HashMap<PathBuf, Option<u64>>>,
}

impl Store {
    /// Binary caches are asked this often at most. Each answer may take a second, and somebody waits.
    const MOST_ASKED: usize = 12;

    pub(in crate::commands) fn new(nix: Option<Nix>) -> Self {
        Self {
            nix,
            asked: RefCell::default(),
        }
    }
}

impl Facts for Store {
    fn new_closure(&self, store_path: &Path) -> Option<u64> {
        if store_path.exists() {
            return Some(0);
        }
        let mut asked = self.asked.borrow_mut();
        if let Some(known) = asked.get(store_path) {
            return *known;
        }
        if asked.len() == Self::MOST_ASKED {
            return None;
        }
        let size = self.nix.as_ref().and_then(|it| it.new_closure(store_path));
        asked.insert(store_path.to_owned(), size);
        size
    }
}

/// The package of the glibc that a loader belongs to.
pub(in crate::commands) fn package_of(loader: &Path) -> Option<PathBuf> {
    store_path_of(&original_loader(loader).ok()?)
}
