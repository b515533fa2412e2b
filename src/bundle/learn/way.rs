//! The links on the way to a file.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// The most links that the kernel follows in one path: `MAXSYMLINKS` of include/linux/namei.h.
const MOST_LINKS: usize = 40;

/// How a path leads to a regular file.
#[derive(Debug, PartialEq, Eq)]
pub struct Way {
    /// The links on it, each by a path without links in it.
    pub links: Vec<PathBuf>,
    /// The file, by a path without links.
    pub file: PathBuf,
}

/// The way of an absolute path. None if it leads to something else than a regular file, or to nothing.
pub fn way(path: &Path) -> Option<Way> {
    let mut left: VecDeque<OsString> = names(path).collect();
    let mut links = Vec::new();
    let mut at = PathBuf::from("/");
    while let Some(name) = left.pop_front() {
        if name == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&name);
        if !next.symlink_metadata().ok()?.is_symlink() {
            at = next;
            continue;
        }
        if links.len() == MOST_LINKS {
            return None;
        }
        let target = next.read_link().ok()?;
        links.push(next);
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        for name in names(&target).collect::<Vec<_>>().into_iter().rev() {
            left.push_front(name);
        }
    }
    at.is_file().then_some(Way { links, file: at })
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
        let found = way(&top.join("b/lib64/../lib64/x.so.1")).unwrap();
        assert_eq!(found.file, top.join("b/lib/x.so.1.2"));
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
            assert_eq!(way(&folder.path().join(name)), None, "{name}");
        }
    }
}
