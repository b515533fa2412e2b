//! Store paths of this machine in the index, with the symbol versions of their libraries.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use nix::fcntl::{Flock, FlockArg};

use super::compact::{Builder, Compact, Damaged, Info, NewPackage};
use super::store_path::{self, Hash};
use super::{Place, library_name, write};
use crate::elf::{Dynamic, Image};
use crate::resolver::map_file;

/// What was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Store paths that have libraries.
    pub packages: usize,
    /// Their libraries.
    pub libraries: usize,
}

/// A library that was found in a store path.
#[derive(Debug)]
struct Library {
    name: String,
    folder: &'static str,
    leads_to: Option<Hash>,
    versions: Vec<String>,
}

/// Outputs of packages that are not `out`, as the names of their store paths end.
const OUTPUTS: [&str; 12] = [
    "lib", "dev", "bin", "doc", "man", "info", "devdoc", "debug", "static", "dist", "data", "libs",
];

/// Adds store paths, or paths in them, to the local index at `place`, in place of what it said of them. What
/// is there of store paths that are gone is left out.
///
/// # Errors
/// One of `paths` is no store path or cannot be read; the index cannot be read or written.
pub fn add(paths: &[PathBuf], place: &Place) -> Result<Added> {
    let packages = find(paths)?;
    let directory = place.directory();
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    let _lock = lock(&directory.join("lock"))?;
    let path = place.local();
    let mut builder = Builder::default();
    let mut store = None;
    match map_file(&path) {
        Ok(bytes) => {
            let new = packages.keys().map(|(_, hash, _)| *hash).collect();
            let old = copy(&bytes, &new, &mut builder).map_err(|error| {
                let path = path.display();
                anyhow!("cannot add to the index {path}: {error}; remove it and add the store paths again")
            })?;
            store = (builder.packages() > 0).then(|| PathBuf::from(old));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read the index {}", path.display()));
        }
    }
    let mut added = Added {
        packages: 0,
        libraries: 0,
    };
    for ((new_store, hash, name), libraries) in &packages {
        if libraries.is_empty() {
            continue;
        }
        let store = store.get_or_insert_with(|| new_store.clone());
        ensure!(
            store == new_store,
            "cannot add store paths in {} to the index {}, which is about {}; remove it first",
            new_store.display(),
            path.display(),
            store.display()
        );
        for it in libraries {
            builder.add_library(&it.name, it.folder, it.leads_to, Some(&it.versions))?;
        }
        builder.end_package(&NewPackage {
            hash: *hash,
            name,
            attribute: None,
            output: output(name),
            is_top_level: false,
        });
        added.packages += 1;
        added.libraries += libraries.len();
    }
    let store = store.unwrap_or_default();
    let bytes = builder.finish(&Info {
        store: store.to_string_lossy().into_owned(),
        ..Info::default()
    })?;
    write::replace(&path, &bytes, None)?;
    Ok(added)
}

type StorePath = (PathBuf, Hash, String);

fn find(paths: &[PathBuf]) -> Result<BTreeMap<StorePath, Vec<Library>>> {
    let mut packages = BTreeMap::new();
    for path in paths {
        let real = path
            .canonicalize()
            .with_context(|| format!("cannot add {} to the index", path.display()))?;
        let (store, hash, name) = store_path::find(&real).with_context(|| {
            let path = path.display();
            format!("cannot add {path} to the index: it is not in a store path, such as /nix/store/...-zlib-1.3.1")
        })?;
        let directory = store.join(format!("{}-{name}", store_path::hash_text(&hash)));
        let libraries = libraries(&directory)?;
        packages.insert((store, hash, name), libraries);
    }
    Ok(packages)
}

/// The libraries in `lib` and `lib64`.
fn libraries(package: &Path) -> Result<Vec<Library>> {
    let mut libraries = Vec::new();
    let mut seen = HashSet::new();
    for folder in ["lib", "lib64"] {
        let directory = package.join(folder);
        let Ok(real) = directory.canonicalize() else {
            continue;
        };
        if !real.is_dir() || !seen.insert(real) {
            continue;
        }
        let operation = || format!("cannot list {}", directory.display());
        for entry in fs::read_dir(&directory).with_context(operation)? {
            let file = entry.with_context(operation)?.file_name();
            let name = library_name::split(file.as_encoded_bytes());
            if let Some((_, name)) = name
                && let Some(library) = library(package, folder, name)
            {
                libraries.push(library);
            }
        }
    }
    Ok(libraries)
}

/// The library of this name; `None` if the file is none, such as a script for the linker.
fn library(package: &Path, folder: &'static str, name: &str) -> Option<Library> {
    let real = package.join(folder).join(name).canonicalize().ok()?;
    let bytes = map_file(&real).ok()?;
    let dynamic = Dynamic::of(&Image::parse(&bytes).ok()?)?;
    let offered = dynamic.versions_offered.unwrap_or_default();
    // The first version has the library's own name, and no symbols.
    let versions = offered
        .iter()
        .filter(|it| Some(*it) != dynamic.soname.as_ref());
    let is_text = |it: &&str| !it.is_empty() && !it.contains(char::is_control);
    let versions = versions.filter_map(|it| it.to_str()).filter(is_text);
    Some(Library {
        name: name.to_owned(),
        folder,
        leads_to: store_path::find(&real).map(|(_, hash, _)| hash),
        versions: versions.map(str::to_owned).collect(),
    })
}

/// The output whose store path has this name. It is a guess: Nix writes no output at all for `out`.
fn output(name: &str) -> &str {
    let suffix = name.rsplit_once('-').map_or("", |(_, suffix)| suffix);
    if OUTPUTS.contains(&suffix) {
        suffix
    } else {
        "out"
    }
}

/// Copies what an index says of store paths that are still there and not in `new`. Gives its store.
fn copy(bytes: &[u8], new: &HashSet<Hash>, builder: &mut Builder) -> Result<String> {
    let index = Compact::new(bytes)?;
    let store = index.info().store.clone();
    let (names, texts) = (index.names()?, index.texts()?);
    let mut packages = BTreeMap::<u32, Vec<_>>::new();
    for number in 0..names.count() {
        for posting in index.postings(number)? {
            let posting = posting?;
            packages
                .entry(posting.package)
                .or_default()
                .push((number, posting));
        }
    }
    for (package, libraries) in packages {
        let package = index.package(package)?;
        let name = texts.get(package.name)?;
        let path = format!("{}-{name}", store_path::hash_text(&package.hash));
        if new.contains(&package.hash) || !Path::new(&store).join(path).exists() {
            continue;
        }
        for (library, posting) in libraries {
            let versions = posting.versions.map(|it| texts.get(it)).transpose()?;
            let versions: Option<Vec<_>> =
                versions.map(|it| it.lines().map(str::to_owned).collect());
            // Any other hash says the same: that it is a link to elsewhere.
            let elsewhere = package.hash.map(|byte| !byte);
            builder.add_library(
                &names.get(library)?,
                &texts.get(posting.folder)?,
                posting.is_link.then_some(elsewhere),
                versions.as_deref(),
            )?;
        }
        let attribute = package.attribute.map(|it| texts.get(it));
        builder.end_package(&NewPackage {
            hash: package.hash,
            name: &name,
            attribute: attribute.transpose()?.as_deref(),
            output: &texts.get(package.output)?,
            is_top_level: package.is_top_level,
        });
    }
    Ok::<_, Damaged>(store).map_err(Into::into)
}

/// Waits until nobody else adds.
fn lock(path: &Path) -> Result<Flock<File>> {
    let operation = || format!("cannot lock {}", path.display());
    let file = File::create(path).with_context(operation)?;
    Flock::lock(file, FlockArg::LockExclusive)
        .map_err(|(_, error)| error)
        .with_context(operation)
}
