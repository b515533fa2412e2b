//! Which files of a tree something starts or loads, as far as names tell, and which are plugins that nothing names.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Plugins that are named, and that whoever loads them does without: .NET's for LTTng.
const OPTIONAL: [&str; 1] = ["libcoreclrtraceptprovider.so"];

/// Plugins without which nothing works, though their full name is nowhere: Qt's for X11.
const NEEDED: [&str; 2] = ["libqxcb.so", "libqwayland.so"];

/// Folders whose libraries are modules of an interpreter, unless they are called `lib...`.
const OF_MODULES: [&str; 5] = [
    "site-packages",
    "dist-packages",
    "lib-dynload",
    "gems",
    "auto",
];

/// A file of a tree.
pub(super) struct File<'a> {
    /// Its path.
    pub path: &'a Path,
    /// Whether it is a program, and no library.
    pub is_program: bool,
    /// Its soname.
    pub soname: Option<&'a OsStr>,
    /// The names of other files in it: of those that it needs, and in its texts.
    pub names: Vec<&'a OsStr>,
}

/// Of each file whether it is needed: a program or a module of an interpreter, or what one of those names, be it by way of others.
/// Where there are neither, the libraries that no other one names count in their place.
pub(super) fn needed(files: &[File<'_>]) -> Vec<bool> {
    let by_name = by_name(files);
    let named_by = |file: &File<'_>| {
        let numbers = file.names.iter().filter_map(|it| by_name.get(*it));
        numbers.flatten().copied().collect::<Vec<_>>()
    };
    let mut roots: Vec<usize> = (0..files.len()).filter(|&it| is_root(&files[it])).collect();
    if roots.is_empty() {
        let mut is_named = vec![false; files.len()];
        for (number, file) in files.iter().enumerate() {
            let others = named_by(file).into_iter().filter(|&it| it != number);
            others.for_each(|it| is_named[it] = true);
        }
        roots = (0..files.len()).filter(|&it| !is_named[it]).collect();
    }
    let mut is_needed = vec![false; files.len()];
    while let Some(number) = roots.pop() {
        let is_new = !is_needed[number] && !is_one_of(&files[number], &OPTIONAL);
        if is_new {
            is_needed[number] = true;
            roots.extend(named_by(&files[number]));
        }
    }
    is_needed
}

/// The numbers of the files that answer to a name: that of the file, or the soname.
pub(super) fn by_name<'a>(files: &[File<'a>]) -> HashMap<&'a OsStr, Vec<usize>> {
    let mut by_name = HashMap::<_, Vec<usize>>::new();
    for (number, file) in files.iter().enumerate() {
        let name = file.path.file_name();
        let soname = file.soname.filter(|it| Some(*it) != name);
        for name in name.into_iter().chain(soname) {
            by_name.entry(name).or_default().push(number);
        }
    }
    by_name
}

fn is_root(file: &File<'_>) -> bool {
    file.is_program || is_module(file.path) || is_one_of(file, &NEEDED)
}

fn is_one_of(file: &File<'_>, names: &[&str]) -> bool {
    let name = file.path.file_name();
    names.iter().any(|it| name == Some(OsStr::new(it)))
}

/// Whether an interpreter loads the file as a module: addons of Node, extensions of Python, Ruby and Perl.
fn is_module(path: &Path) -> bool {
    let name: OsString = path.file_name().unwrap_or_default().to_owned();
    let name = name.to_string_lossy();
    let is_in = |folder: &str| path.iter().any(|it| it == folder);
    name.ends_with(".node")
        || name.contains(".cpython-")
        || name.ends_with(".abi3.so")
        || !name.starts_with("lib") && OF_MODULES.iter().any(|it| is_in(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &'static str, names: &[&'static str]) -> File<'static> {
        File {
            path: Path::new(path),
            is_program: path.starts_with("bin/"),
            soname: None,
            names: names.iter().copied().map(OsStr::new).collect(),
        }
    }

    #[test]
    fn what_programs_and_modules_name_is_needed_and_plugins_are_not() {
        let files = [
            file("bin/app", &["liba.so", "libcoreclrtraceptprovider.so"]),
            file("lib/liba.so", &["libb.so"]),
            file("lib/libb.so", &[]),
            file("plugins/libplugin.so", &["libc.so"]),
            file("plugins/libc.so", &[]),
            file("lib/libcoreclrtraceptprovider.so", &[]),
            file("platforms/libqxcb.so", &[]),
            file("node_modules/addon.node", &[]),
        ];
        let expected = [true, true, true, false, false, false, true, true];
        assert_eq!(needed(&files), expected);
    }

    #[test]
    fn without_programs_libraries_that_nothing_names_are_needed() {
        let files = [
            file("liba.so", &["libb.so", "liba.so"]),
            file("libb.so", &[]),
            file("libd.so", &["libe.so"]),
            file("libe.so", &["libd.so"]),
        ];
        assert_eq!(needed(&files), [true, true, false, false]);
    }

    #[test]
    fn modules_of_interpreters_are_known_by_name_or_folder() {
        for path in [
            "a/addon.node",
            "a/_x.cpython-312-x86_64-linux-gnu.so",
            "a/_x.abi3.so",
            "lib/python3/site-packages/p/_x.so",
        ] {
            assert!(is_module(Path::new(path)), "{path}");
        }
        for path in ["a/libx.so", "lib/python3/site-packages/p/libx.so", "a/x.so"] {
            assert!(!is_module(Path::new(path)), "{path}");
        }
    }
}
