//! Paths from one place of a bundle to another.

use std::path::{Path, PathBuf};

use crate::own_tree;

/// The target of a link at the place `from` that leads to the place `to`.
#[must_use]
pub fn relative(from: &Path, to: &Path) -> PathBuf {
    relative_from_folder(from.parent().unwrap_or(Path::new("")), to)
}

/// The way from a folder to a place.
#[must_use]
pub fn relative_from_folder(folder: &Path, to: &Path) -> PathBuf {
    let way = own_tree::way(folder, to);
    match way.as_os_str().is_empty() {
        true => ".".into(),
        false => way,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_up_and_down_again() {
        let is = |from: &str, to: &str, expected: &str| {
            assert_eq!(
                relative(Path::new(from), Path::new(to)),
                Path::new(expected)
            );
        };
        is("bin/a", "store/x/bin/a", "../store/x/bin/a");
        is("store/x/lib/a", "store/x/lib/b", "b");
        is("store/x/lib/a", "lib/a", "../../../lib/a");
        is("root/bin", "root/usr/bin", "usr/bin");
        assert_eq!(
            relative_from_folder(Path::new("lib"), Path::new("lib")),
            Path::new(".")
        );
    }
}
