//! Projects of Node.js: a folder with `node_modules`, whose `.bin` comes first in PATH for what npm and npx start.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::place::{Kind, Place, entry};
use crate::elf::Architecture;
use crate::modules;

/// The folder of packages.
const PACKAGES: &str = "node_modules";

/// The folder of packages that a path is or has.
pub(super) fn tree(path: &Path) -> Option<PathBuf> {
    let own = (path.file_name() == Some(OsStr::new(PACKAGES))).then(|| path.to_owned());
    let candidate = own.unwrap_or_else(|| path.join(PACKAGES));
    candidate.is_dir().then_some(candidate)
}

/// The node in use for the packages in a folder: the one that they bring, else the first of PATH. None if they have no addons
/// for this machine, and so need nothing of it.
pub(super) fn place(tree: &Path, search_path: Option<&OsStr>) -> Result<Option<Place>> {
    let architecture = Architecture::of_this_machine();
    let modules = architecture.map(|it| modules::find(&[tree.to_owned()], it));
    if modules
        .transpose()?
        .is_none_or(|it| it.libraries.is_empty())
    {
        return Ok(None);
    }
    let entry = entry(tree, Path::new(".bin/node").to_owned());
    let own = tree.join(&entry.path);
    let folders = std::env::split_paths(search_path.unwrap_or_default());
    let in_path = folders
        .map(|it| it.join("node"))
        .filter(|it| !it.starts_with(tree));
    let mut nodes = std::iter::once(own)
        .chain(in_path)
        .filter(|it| it.is_file());
    let node = nodes.next().with_context(|| {
        format!(
            "cannot fix {}: there is no node in PATH that would load its addons; name one with --interpreter",
            tree.display()
        )
    })?;
    let original = node.canonicalize();
    let original = original.with_context(|| format!("cannot use {}", node.display()))?;
    Ok(Some(Place {
        kind: Kind::Node,
        tree: tree.to_owned(),
        entries: vec![entry],
        original,
    }))
}
