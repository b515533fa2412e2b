//! The walk itself.

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

/// The files of a tree.
#[derive(Debug, Default)]
pub struct Files {
    /// Those that were asked for, sorted by path.
    pub files: Vec<PathBuf>,
    /// The directories that could not be listed, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// All regular files below `directory` that `is_wanted` takes. Links are not followed, and a directory that cannot be
/// listed does not end the walk.
pub fn files(directory: &Path, is_wanted: impl Fn(&Path) -> bool) -> Files {
    walk(directory, |kind, path| kind.is_file() && is_wanted(path))
}

/// All files below `directory`, and all links to files, sorted by path. A directory that cannot be listed has none.
#[must_use]
pub fn entries(directory: &Path) -> Vec<PathBuf> {
    walk(directory, |_, path| path.is_file()).files
}

fn walk(directory: &Path, is_taken: impl Fn(FileType, &Path) -> bool) -> Files {
    let mut found = Files::default();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) => {
                found.unreadable.push((directory, error.to_string()));
                continue;
            }
        };
        for entry in entries.flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => directories.push(entry.path()),
                Ok(kind) if is_taken(kind, &entry.path()) => {
                    found.files.push(entry.path());
                }
                _ => {}
            }
        }
    }
    found.files.sort();
    found
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_of_all_depths_are_found_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/c")).unwrap();
        for name in ["z", "b/c/y", "a"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let found = files(folder.path(), |path| !path.ends_with("a"));
        let expected = ["b/c/y", "z"].map(|it| folder.path().join(it));
        assert_eq!(found.files, expected);
        assert!(found.unreadable.is_empty());
    }

    #[test]
    fn links_are_not_followed() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(other.path().join("file"), "").unwrap();
        symlink(other.path(), folder.path().join("directory")).unwrap();
        symlink(other.path().join("file"), folder.path().join("file")).unwrap();
        symlink(folder.path(), folder.path().join("circle")).unwrap();
        assert!(files(folder.path(), |_| true).files.is_empty());
        assert_eq!(files(other.path(), |_| true).files.len(), 1);
    }

    #[test]
    fn a_directory_that_cannot_be_listed_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let found = files(&gone, |_| true);
        assert_eq!(found.unreadable.len(), 1);
        assert_eq!(found.unreadable[0].0, gone);
    }
}
