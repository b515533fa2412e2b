//! Links on the way to a file: they are links in the bundle too.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use super::relative::relative;
use super::{Contents, Item, Make};
use crate::bundle::place::place;
use crate::bundle::way::way;

impl Contents {
    /// Adds the links on the way to what is at an absolute path, and returns its path without links.
    pub(super) fn add_links(&mut self, path: &Path, why: &str) -> Result<PathBuf> {
        let way = way(&lexical(path))?;
        for link in way.links {
            let own = place(&link);
            let folder = link.parent().unwrap_or(Path::new("/"));
            // What `..` leads to depends on the links before it, of which there is none in the folder.
            let target = lexical(&folder.join(link.read_link()?));
            let item = Item {
                make: Make::Link(relative(&own, &place(&target))),
                source: Some(link),
                why: why.to_owned(),
            };
            self.items.entry(own).or_insert(item);
        }
        Ok(way.end)
    }
}

/// The place of what is at a path.
pub(super) fn place_of(path: &Path) -> PathBuf {
    place(&lexical(path))
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
