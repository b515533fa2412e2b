//! A program's own tree of files, and whether a library lies in it that its loader does not find.
//!
//! Programs come as a folder: `bin/tool` beside `lib/libown.so`. Where nothing tells the loader of that folder (a RUNPATH that
//! was lost, a variable that a launcher would set), the library is missing and is there all the same. It is the very one that
//! the program was built with, so it is better than any package's.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::elf::{Architecture, identify};
use crate::printable::shell_word;

/// Folders that programs are put into within their trees: the tree is what they are in.
const INNER: [&str; 6] = ["bin", "sbin", "libexec", "lib", "lib64", "usr"];

/// Folders that hold programs of all kinds, or all that somebody has: no program's tree.
const COMMON: [&str; 14] = [
    "/",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/usr",
    "/usr/local",
    "/opt",
    "/srv",
    "/home",
    "/root",
    "/tmp",
    "/var",
    "/nix/store",
];

/// The same in somebody's home.
const USERS: [&str; 4] = [".local", "Downloads", "Desktop", "Documents"];

/// More entries than these are not looked at: it would take a user's time.
const MOST_ENTRIES: usize = 20_000;
/// Nor is what lies deeper.
const DEEPEST: usize = 6;

/// A library in a program's own tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLibrary {
    /// The file, or a link to it, by the name that is asked for.
    pub path: PathBuf,
    /// Its folder as a search path of the program: `$ORIGIN/../lib`.
    pub search_path: String,
}

impl OwnLibrary {
    /// The command that has the program look there; `is_for_all` if libraries of its ask for it too, which an RPATH serves and
    /// a RUNPATH does not.
    #[must_use]
    pub fn patch(&self, program: &Path, is_for_all: bool) -> String {
        let force = if is_for_all { "--force-rpath " } else { "" };
        let program = shell_word(program);
        format!(
            "ldshim patch {force}--add-rpath '{}' {program}",
            self.search_path
        )
    }
}

/// The library of this name in the tree of a program, for its machine; of several the one that is the nearest to the top.
/// `None` too if the program lies in a folder of programs of all kinds, such as `/usr/bin` or somebody's home.
#[must_use]
pub fn find(program: &Path, name: &OsStr, architecture: &Architecture) -> Option<OwnLibrary> {
    if name.as_bytes().contains(&b'/') {
        // It is asked for by its path, and looked for nowhere else.
        return None;
    }
    let program = program.canonicalize().ok()?;
    let folder = program.parent()?;
    let root = root(folder, home().as_deref())?;
    let fits = |path: &Path| {
        identify(path).is_ok_and(|it| architecture.matches(&it) && it.is_shared_object())
    };
    let path = search(root, name, |it| it.is_file() && fits(it))?;
    let search_path = from_origin(folder, path.parent()?);
    let search_path = search_path.to_string_lossy().into_owned();
    Some(OwnLibrary { path, search_path })
}

/// A library of this name in the tree that a folder belongs to, for any machine that ldshim knows: for those who stand in a
/// program's folder and name none.
#[must_use]
pub fn find_from(folder: &Path, name: &str) -> Option<PathBuf> {
    let fits = |path: &Path| {
        identify(path).is_ok_and(|it| Architecture::of(&it).is_some() && it.is_shared_object())
    };
    let root = root(folder, home().as_deref()).filter(|_| !name.contains('/'))?;
    search(root, OsStr::new(name), |it| it.is_file() && fits(it))
}

/// A link of this name in the tree of a program that leads nowhere, and where it leads: its tree was copied or unpacked without
/// what the link stands for.
#[must_use]
pub fn find_broken_link(program: &Path, name: &OsStr) -> Option<(PathBuf, PathBuf)> {
    if name.as_bytes().contains(&b'/') {
        return None;
    }
    let program = program.canonicalize().ok()?;
    let root = root(program.parent()?, home().as_deref())?;
    let path = search(root, name, |it| it.is_symlink() && !it.exists())?;
    let target = path.read_link().ok()?;
    Some((path, target))
}

fn home() -> Option<PathBuf> {
    env::var_os("HOME").map(PathBuf::from)
}

/// The top of the tree that a folder of programs belongs to.
fn root<'f>(folder: &'f Path, home: Option<&Path>) -> Option<&'f Path> {
    let is_common =
        |path: &Path| COMMON.iter().any(|it| path == Path::new(it)) || home == Some(path);
    let is_inner = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        INNER.iter().any(|it| name == *it)
    };
    let mut root = folder;
    while is_inner(root) {
        root = root.parent()?;
    }
    let is_users =
        USERS.iter().any(|it| root.ends_with(it)) || root.parent() == Some(Path::new("/home"));
    (!is_common(root) && !is_users).then_some(root)
}

/// Breadth first, in the order of names, so that the answer is the same each time.
fn search(root: &Path, name: &OsStr, fits: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let mut folders = vec![root.to_owned()];
    let mut seen = 0;
    for _ in 0..DEEPEST {
        let mut below = Vec::new();
        for folder in &folders {
            let candidate = folder.join(name);
            if fits(&candidate) {
                return Some(candidate);
            }
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                seen += 1;
                if seen > MOST_ENTRIES {
                    return None;
                }
                if entry.file_type().is_ok_and(|it| it.is_dir()) {
                    below.push(entry.path());
                }
            }
        }
        below.sort();
        folders = below;
    }
    None
}

/// A folder as a search path has it of a file in another one: `$ORIGIN/../lib` (ld.so(8), "Dynamic string tokens").
#[must_use]
pub fn from_origin(from: &Path, to: &Path) -> PathBuf {
    let origin = std::iter::once(OsStr::new("$ORIGIN"));
    origin.chain(&way(from, to)).collect()
}

/// The way from one folder to another place: `../lib`; empty if it is the same.
#[must_use]
pub fn way(from: &Path, to: &Path) -> PathBuf {
    let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(common).map(|_| OsStr::new(".."));
    up.chain(to.iter().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn a_tree_begins_above_the_folder_of_its_programs() {
        for (folder, expected) in [
            ("/opt/app/bin", Some("/opt/app")),
            ("/opt/app/usr/bin", Some("/opt/app")),
            ("/opt/app", Some("/opt/app")),
            ("/srv/app-1/libexec", Some("/srv/app-1")),
            ("/usr/bin", None),
            ("/opt", None),
            ("/usr/local/bin", None),
            ("/home/me/.local/bin", None),
            ("/home/me", None),
            ("/home/me/bin", None),
            ("/home/me/app/bin", Some("/home/me/app")),
            ("/home/me/Downloads", None),
            ("/home/me/Downloads/app-1", Some("/home/me/Downloads/app-1")),
            ("/data/me", None),
            ("/data/me/bin", None),
            ("/data/me/app", Some("/data/me/app")),
            ("/", None),
        ] {
            let found = root(Path::new(folder), Some(Path::new("/data/me")));
            assert_eq!(found, expected.map(Path::new), "{folder}");
        }
    }

    #[test]
    fn the_nearest_to_the_top_is_found() {
        let tree = tree(&["bin/tool", "lib/x/liba.so", "lib/liba.so", "a/b/c/liba.so"]);
        let found = search(tree.path(), OsStr::new("liba.so"), Path::is_file);
        assert_eq!(found, Some(tree.path().join("lib/liba.so")));
        let unfit = search(tree.path(), OsStr::new("liba.so"), |path| {
            path.is_file() && !path.ends_with("lib/liba.so")
        });
        assert_eq!(unfit, Some(tree.path().join("lib/x/liba.so")));
        assert_eq!(
            search(tree.path(), OsStr::new("libb.so"), Path::is_file),
            None
        );
    }

    #[test]
    fn a_search_path_is_relative_to_the_program() {
        let named = |from: &str, to: &str| from_origin(Path::new(from), Path::new(to));
        let same = |from: &str, to: &str, expected: &str| {
            assert_eq!(named(from, to).to_str(), Some(expected));
        };
        same("/a/bin", "/a/lib", "$ORIGIN/../lib");
        same("/a", "/a/lib/x", "$ORIGIN/lib/x");
        same("/a", "/a", "$ORIGIN");
        same("/a/bin", "/a/lib/x", "$ORIGIN/../lib/x");
        same("a", "a", "$ORIGIN");
        same("a", "a/b", "$ORIGIN/b");
    }

    #[test]
    fn what_is_for_another_machine_does_not_do() {
        let tree = tree(&["bin/tool", "lib/liba.so"]);
        let program = tree.path().join("bin/tool");
        let found = find(&program, OsStr::new("liba.so"), Architecture::X86_64);
        assert_eq!(found, None);
    }
}
