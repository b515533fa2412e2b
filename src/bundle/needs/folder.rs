//! What goes along of a folder, and what no program reads at run time.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::need::Needs;

/// Folders of a package that are for compilers, readers and shells: the directories of the Filesystem Hierarchy Standard and of
/// GNU's "Directory Variables".
const FOR_OTHERS: [&str; 16] = [
    "include",
    "nix-support",
    "share/doc",
    "share/man",
    "share/info",
    "share/gtk-doc",
    "share/aclocal",
    "share/pkgconfig",
    "share/cmake",
    "share/bash-completion",
    "share/zsh",
    "share/fish",
    "share/gir-1.0",
    "lib/pkgconfig",
    "lib/cmake",
    "lib/node_modules/npm",
];

/// What files for compilers end in. libtool's `.la` is not among them: programs open modules by it (ImageMagick).
const ENDS_FOR_COMPILERS: [&str; 6] = ["a", "o", "h", "hpp", "pc", "cmake"];

/// Whether nothing at this path below a package is read by a program that has been built.
pub(super) fn is_for_others(below: &Path) -> bool {
    let ends = below.extension().and_then(OsStr::to_str);
    FOR_OTHERS.iter().any(|it| below.starts_with(it))
        || ends.is_some_and(|it| ENDS_FOR_COMPILERS.contains(&it))
}

/// Takes a file, or a folder with all below that `is_wanted` takes, and what their links lead to.
pub(super) fn take(needs: &mut Needs, path: &Path, why: &str, is_wanted: &dyn Fn(&Path) -> bool) {
    for link in links_above(path) {
        needs.add_file(&link, why);
    }
    let mut paths = vec![path.to_owned()];
    while let Some(path) = paths.pop() {
        // Links among the folders above are followed: the file has one place, and is found there by those links.
        let Some(path) = with_real_folder(&path) else {
            continue;
        };
        let Ok(kind) = path.symlink_metadata() else {
            continue;
        };
        if needs.files.contains_key(&path) && !kind.is_dir() {
            continue;
        }
        if kind.is_symlink() {
            if let Some(target) = target(&path).filter(|it| it.exists()) {
                needs.add_file(&path, why);
                paths.push(target);
            }
        } else if kind.is_dir() {
            paths.extend(entries(&path).into_iter().filter(|it| is_wanted(it)));
        } else if kind.is_file() {
            needs.add_file(&path, why);
        }
    }
}

/// Takes all of a folder.
pub(super) fn take_all(needs: &mut Needs, path: &Path, why: &str) {
    take(needs, path, why, &|_| true);
}

/// What is in a folder, by name.
pub(super) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<_> = entries.map(|it| it.path()).collect();
    entries.sort();
    entries
}

/// The path, with links in all but its last part followed.
fn with_real_folder(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?.canonicalize().ok()?;
    Some(folder.join(path.file_name()?))
}

/// The links among the folders above: `/bin` of `/bin/bash`, on many systems.
fn links_above(path: &Path) -> Vec<PathBuf> {
    let above = path.ancestors().skip(1).filter(|it| it.is_symlink());
    above.filter_map(with_real_folder).collect()
}

/// What a link leads to, as an absolute path.
fn target(link: &Path) -> Option<PathBuf> {
    let target = fs::read_link(link).ok()?;
    let joined = link.parent()?.join(target);
    // A link to a folder by `..` has no last part.
    match joined.file_name() {
        Some(_) => with_real_folder(&joined),
        None => joined.canonicalize().ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn taken(needs: &Needs, root: &Path) -> Vec<String> {
        let names = needs.files.keys().map(|it| it.strip_prefix(root).unwrap());
        names.map(|it| it.display().to_string()).collect()
    }

    #[test]
    fn a_folder_goes_along_with_what_its_links_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["a/b", "c", "elsewhere"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        fs::write(root.join("a/b/file"), "").unwrap();
        fs::write(root.join("c/target"), "").unwrap();
        fs::write(root.join("elsewhere/other"), "").unwrap();
        symlink("../c/target", root.join("a/link")).unwrap();
        symlink("b", root.join("a/folder")).unwrap();
        symlink("nowhere", root.join("a/dangling")).unwrap();
        let mut needs = Needs::default();
        take_all(&mut needs, &root.join("a"), "why");
        assert_eq!(
            taken(&needs, &root),
            ["a/b/file", "a/folder", "a/link", "c/target"]
        );
    }

    #[test]
    fn a_file_is_found_by_the_links_above_it_too() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::write(root.join("usr/bin/file"), "").unwrap();
        symlink("usr/bin", root.join("bin")).unwrap();
        symlink("bin", root.join("other")).unwrap();
        let mut needs = Needs::default();
        take_all(&mut needs, &root.join("other/file"), "why");
        assert_eq!(taken(&needs, &root), ["other", "usr/bin/file"]);
    }

    #[test]
    fn links_in_a_circle_come_to_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("a")).unwrap();
        symlink("..", root.join("a/up")).unwrap();
        symlink("self", root.join("a/self")).unwrap();
        let mut needs = Needs::default();
        take_all(&mut needs, &root.join("a"), "why");
        assert_eq!(taken(&needs, &root), ["a/up"]);
    }

    #[test]
    fn what_is_for_compilers_and_readers_is_told() {
        for path in ["include/x.h", "lib/libx.a", "share/man/man1/x.1", "lib/x.h"] {
            assert!(is_for_others(Path::new(path)), "{path}");
        }
        for path in ["share/x/y", "lib/x.so", "lib/x.la", "share/manual", "bin/x"] {
            assert!(!is_for_others(Path::new(path)), "{path}");
        }
    }
}
