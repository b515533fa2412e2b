//! Projects of Node.js: a folder with `node_modules`, whose `.bin` comes first in PATH for what npm and npx start.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::place::{Kind, Place, entry};

/// The folder of packages.
const PACKAGES: &str = "node_modules";

/// The folder of packages that a path is or has.
pub(super) fn tree(path: &Path) -> Option<PathBuf> {
    let own = (path.file_name() == Some(OsStr::new(PACKAGES))).then(|| path.to_owned());
    let candidate = own.unwrap_or_else(|| path.join(PACKAGES));
    candidate.is_dir().then_some(candidate)
}

/// The node in use for the packages in a folder: the first of PATH that is not of the folder itself.
pub(super) fn place(tree: &Path, search_path: Option<&OsStr>) -> Result<Place> {
    let folders = std::env::split_paths(search_path.unwrap_or_default());
    let mut nodes = folders
        .map(|it| it.join("node"))
        .filter(|it| it.is_file() && !it.starts_with(tree));
    let node = nodes.next().with_context(|| {
        format!(
            "cannot fix {}: there is no node in PATH that would load its addons; name one with --interpreter",
            tree.display()
        )
    })?;
    let original = node.canonicalize();
    let original = original.with_context(|| format!("cannot use {}", node.display()))?;
    Ok(Place {
        kind: Kind::Node,
        tree: tree.to_owned(),
        entries: vec![entry(tree, Path::new(".bin/node").to_owned())],
        original,
    })
}
