//! Stubs beside their places: installed under a name that no program asks for.

use std::fs;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::elf::{Architecture, identify};
use crate::stub_file::StubFile;

/// Looks for stubs in the folders in which loaders are, and in `/usr/lib` and `/usr/lib64`, which may be the same.
pub(super) fn check() -> Vec<Finding> {
    let places = || {
        Architecture::ALL
            .into_iter()
            .flat_map(|it| [it.loader_path, it.musl_loader_path])
    };
    let mut folders: Vec<PathBuf> = places()
        .filter_map(|it| Path::new(it).parent())
        .chain(["/usr/lib".as_ref(), "/usr/lib64".as_ref()])
        .filter_map(|it| it.canonicalize().ok())
        .collect();
    folders.sort();
    folders.dedup();
    // The place itself, by its last folder's other names too.
    let right: Vec<PathBuf> = places()
        .filter_map(|it| {
            let (folder, name) = (Path::new(it).parent()?, Path::new(it).file_name()?);
            Some(folder.canonicalize().ok()?.join(name))
        })
        .collect();
    let entries = folders.iter().filter_map(|it| fs::read_dir(it).ok());
    let files = entries.flatten().flatten().map(|it| it.path());
    let mut misplaced: Vec<_> = files
        .filter(|it| !right.contains(it) && is_stub(it))
        .collect();
    misplaced.sort();
    misplaced.iter().filter_map(|it| finding(it)).collect()
}

/// A file that somebody has named as a loader, or as stubs are called.
fn is_stub(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_named = name.starts_with("ld") || name.contains("nix-ld");
    is_named && path.is_file() && StubFile::read(path).is_ok()
}

fn finding(path: &Path) -> Option<Finding> {
    let architecture = Architecture::of(&identify(path).ok()?)?;
    let place = architecture.loader_path;
    Some(Finding::warning(
        "stub-misplaced",
        format!(
            "{} is ldshim's stub, where no program looks for it: programs for {architecture} ask for {place}",
            path.display()
        ),
        &format!("Move it: mv {} {place}", path.display()),
    ))
}
