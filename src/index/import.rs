//! From a database of nix-index to an index.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::compact::{Builder, Info, NewPackage};
use super::date::date;
use super::nix_index::{self, Entries, EntryKind, Package};
use super::{Place, library_name, store_path, write};

/// What an import found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Libraries among them.
    pub libraries: usize,
    /// Packages that have libraries.
    pub packages: usize,
    /// The size of the index in bytes.
    pub bytes: usize,
}

/// Imports the database at `path` into the index at `place`; the old import stays if that fails. The
/// file is read through `watch`, which may show how far it is. The index gets the database's date.
///
/// # Errors
/// The database cannot be read, is damaged or has no libraries; the index cannot be written.
pub fn import<R: Read>(
    path: &Path,
    revision: Option<&str>,
    place: &Place,
    watch: impl FnOnce(File) -> R,
) -> Result<Imported> {
    let (imported, bytes) = read(path, revision, watch).with_context(|| {
        let path = path.display();
        format!("cannot import {path} (the index stays as it was; fetch the file again, or name another)")
    })?;
    write::replace(&place.nixpkgs(), &bytes, date(path))?;
    Ok(imported)
}

fn read<R: Read>(
    path: &Path,
    revision: Option<&str>,
    watch: impl FnOnce(File) -> R,
) -> Result<(Imported, Vec<u8>)> {
    let file = File::open(path)?;
    ensure!(file.metadata()?.is_file(), "it is no file");
    convert(watch(file), revision)
}

/// Reads a database and gives the index made of it.
///
/// # Errors
/// The database cannot be read, is damaged or has no libraries.
pub fn convert(database: impl Read, revision: Option<&str>) -> Result<(Imported, Vec<u8>)> {
    convert_entries(nix_index::open(database)?, revision)
}

/// Gives the index made of a database's entries.
///
/// # Errors
/// The entries cannot be read, are damaged or have no libraries.
pub fn convert_entries<R: Read>(
    mut entries: Entries<R>,
    revision: Option<&str>,
) -> Result<(Imported, Vec<u8>)> {
    let mut builder = Builder::default();
    let mut info = None;
    let mut is_in_package = false;
    while let Some(entry) = entries.read()? {
        is_in_package = entry.kind != EntryKind::Package;
        let leads_to = match entry.kind {
            EntryKind::Directory => continue,
            EntryKind::File => None,
            EntryKind::Link(hash) => hash,
            EntryKind::Package => {
                if builder.has_pending() {
                    add_package(&mut builder, &mut info, entry.path)?;
                }
                continue;
            }
        };
        if let Some((folder, name)) = library_name::split(entry.path) {
            let folder = folder.strip_prefix('/').unwrap_or(folder);
            builder.add_library(name, folder, leads_to, None)?;
        }
    }
    ensure!(!is_in_package, "it ends within a package");
    let imported = Imported {
        libraries: builder.libraries(),
        packages: builder.packages(),
        bytes: 0,
    };
    ensure!(
        imported.libraries > 0,
        "it has no libraries; those whose names end in -small list programs only: take the full one"
    );
    let bytes = builder.finish(&Info {
        revision: revision.map(str::to_owned),
        ..info.unwrap_or_default()
    })?;
    let imported = Imported {
        bytes: bytes.len(),
        ..imported
    };
    Ok((imported, bytes))
}

/// What holds for all packages is taken from the first one.
fn add_package(builder: &mut Builder, info: &mut Option<Info>, text: &[u8]) -> Result<()> {
    let package = Package::parse(text)?;
    let system = package.origin.system.as_deref();
    let Info { store, .. } = info.get_or_insert_with(|| Info {
        store: package.store_dir.to_string(),
        revision: None,
        system: system.map(str::to_owned),
    });
    ensure!(
        *store == package.store_dir,
        "it is about two stores, {store} and {}",
        package.store_dir
    );
    builder.end_package(&NewPackage {
        hash: store_path::parse_hash(&package.hash).context("a store path has a damaged hash")?,
        name: &package.name,
        attribute: Some(&*package.origin.attr).filter(|it| !it.is_empty()),
        output: &package.origin.output,
        is_top_level: package.origin.toplevel,
    });
    Ok(())
}
