//! Links on the way to a file: they are links in the bundle too.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::relative::relative;
use super::{Contents, Item, Make};
use crate::bundle::place::place;

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

impl Contents {
    /// Adds the links on the way to what is at an absolute path, and returns its path without links.
    pub(super) fn add_links(&mut self, path: &Path, why: &str) -> Result<PathBuf> {
        let mut path = lexical(path);
        for _ in 0..MOST_LINKS {
            let Some((link, target, rest)) = first_link(&path)? else {
                return Ok(path);
            };
            let own = place(&link);
            let item = Item {
                source: Some(link),
                why: why.to_owned(),
                make: Make::Link(relative(&own, &place(&target))),
            };
            self.items.entry(own).or_insert(item);
            path = lexical(&target.join(rest));
        }
        bail!("too many levels of symbolic links")
    }
}

/// The place of what is at a path.
pub(super) fn place_of(path: &Path) -> Result<PathBuf> {
    Ok(place(&lexical(path)))
}

/// The first component of an absolute path that is a link, the absolute path to which it leads, and what comes after it.
fn first_link(path: &Path) -> Result<Option<(PathBuf, PathBuf, PathBuf)>> {
    let mut walked = PathBuf::new();
    let mut components = path.components();
    while let Some(component) = components.next() {
        walked.push(component);
        let metadata = fs::symlink_metadata(&walked);
        let metadata = metadata.with_context(|| format!("cannot read {}", walked.display()))?;
        if metadata.is_symlink() {
            let target = fs::read_link(&walked)?;
            let folder = walked.parent().unwrap_or(Path::new("/"));
            // What `..` leads to depends on the links before it, of which there is none in `walked`.
            let target = lexical(&folder.join(target));
            return Ok(Some((walked, target, components.as_path().to_owned())));
        }
    }
    Ok(None)
}

/// An absolute path without `.` and `..`.
fn lexical(path: &Path) -> PathBuf {
    let mut clean = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::ParentDir => {
                clean.pop();
            }
            Component::Normal(name) => clean.push(name),
            _ => {}
        }
    }
    clean
}
