//! The links on the way to a file or folder.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::exec::MOST_LINKS;

/// How a path leads to what it names.
#[derive(Debug, PartialEq, Eq)]
pub struct Way {
    /// The links on it, each by a path without links in it.
    pub links: Vec<PathBuf>,
    /// The file or folder, by a path without links.
    pub end: PathBuf,
}

/// The way of an absolute path.
///
/// # Errors
/// It leads to nothing, or in circles.
pub fn way(path: &Path) -> Result<Way> {
    let mut left: VecDeque<OsString> = names(path).collect();
    let mut links = Vec::new();
    let mut at = PathBuf::from("/");
    while let Some(name) = left.pop_front() {
        if name == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&name);
        let cannot = || format!("cannot read {}", next.display());
        if !next.symlink_metadata().with_context(cannot)?.is_symlink() {
            at = next;
            continue;
        }
        ensure!(
            links.len() < MOST_LINKS,
            "too many levels of symbolic links"
        );
        let target = next.read_link().with_context(cannot)?;
        links.push(next);
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        for name in names(&target).collect::<Vec<_>>().into_iter().rev() {
            left.push_front(name);
        }
    }
    Ok(Way { links, end: at })
}

/// The way to a regular file; none if an absolute path leads to something else, or to nothing.
#[must_use]
pub fn way_to_file(path: &Path) -> Option<Way> {
    way(path).ok().filter(|it| it.end.is_file())
}

fn names(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_of_folders_and_files_are_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("b/lib")).unwrap();
        fs::write(top.join("b/lib/x.so.1.2"), "").unwrap();
        symlink("x.so.1.2", top.join("b/lib/x.so.1")).unwrap();
        symlink(top.join("b/lib"), top.join("b/lib64")).unwrap();
        let found = way_to_file(&top.join("b/lib64/../lib64/x.so.1")).unwrap();
        assert_eq!(found.end, top.join("b/lib/x.so.1.2"));
        assert_eq!(
            found.links,
            [
                top.join("b/lib64"),
                top.join("b/lib64"),
                top.join("b/lib/x.so.1")
            ]
        );
    }

    #[test]
    fn there_is_none_to_folders_to_nothing_and_in_circles() {
        let folder = tempfile::tempdir().unwrap();
        symlink("circle", folder.path().join("circle")).unwrap();
        for name in ["", "missing", "circle"] {
            assert_eq!(way_to_file(&folder.path().join(name)), None, "{name}");
        }
    }
}
