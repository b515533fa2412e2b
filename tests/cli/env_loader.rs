//! Caches of `ldshim env build`, held against glibc's own `ldconfig` and read by a real loader.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::loader_cache::LoaderCache;

use crate::library_tree::{LibraryTree, Ran, architecture};

/// Usually not in the PATH of users other than root.
const LDCONFIG: &str = "/sbin/ldconfig";

/// Has the real `ldconfig` write `theirs` for these directories. It adds its own default
/// directories after them.
fn write_theirs(tree: &LibraryTree, directories: &[PathBuf], options: &[&str]) {
    let lines = directories
        .iter()
        .map(|path| format!("{}\n", path.display()));
    tree.file("conf", lines.collect::<String>());
    let mut ldconfig = Command::new(LDCONFIG);
    ldconfig
        .args(["-X", "-C", "theirs", "-f", "conf"])
        .args(options);
    Ran::of(ldconfig.current_dir(tree.path("."))).succeeded();
}

/// What `ldconfig -p` reads in a cache: for each name the first path of this architecture.
fn read_by_ldconfig(tree: &LibraryTree, cache: &str) -> HashMap<String, PathBuf> {
    let mut ldconfig = Command::new(LDCONFIG);
    let ran = Ran::of(
        ldconfig
            .current_dir(tree.path("."))
            .args(["-p", "-C", cache]),
    )
    .succeeded();
    let kind = match architecture().nix_system {
        "x86_64-linux" => "(libc6,x86-64",
        "aarch64-linux" => "(libc6,AArch64",
        "riscv64-linux" => "(libc6,double-float",
        _ => "(libc6",
    };
    let mut answers = HashMap::new();
    for line in ran.stdout.lines().skip(1) {
        let Some((entry, path)) = line.trim().split_once(" => ") else {
            continue;
        };
        let (name, rest) = entry.split_once(' ').unwrap();
        if rest.starts_with(kind) && !rest.contains("hwcap") {
            answers.entry(name.to_owned()).or_insert(path.into());
        }
    }
    answers
}

/// Builds from the directories and compares: every name that ldconfig's cache answers with a file
/// in one of them, ours answers with the same. Gives the number of names compared.
#[track_caller]
fn answers_agree(tree: &LibraryTree, directories: &[PathBuf]) -> usize {
    let paths: Vec<_> = directories
        .iter()
        .map(|path| path.to_str().unwrap())
        .collect();
    tree.build(&paths).succeeded();
    write_theirs(tree, directories, &[]);
    let ours = read_by_ldconfig(tree, "d/ld.so.cache");
    let mut compared = 0;
    for (name, path) in read_by_ldconfig(tree, "theirs") {
        let is_in_one = directories
            .iter()
            .any(|directory| path.parent() == Some(directory));
        if let (true, Ok(real)) = (is_in_one, path.canonicalize()) {
            assert_eq!(
                ours.get(&name),
                Some(&real),
                "{name}, {} in theirs",
                path.display()
            );
            compared += 1;
        }
    }
    compared
}

#[test]
fn for_this_machines_directories_it_answers_as_ldconfigs_does() {
    let host = LoaderCache::parse(&fs::read("/etc/ld.so.cache").unwrap()).unwrap();
    let parents = host
        .entries()
        .iter()
        .filter_map(|entry| entry.path.parent());
    let directories: BTreeSet<_> = parents.map(Path::to_owned).collect();
    let directories: Vec<_> = directories.into_iter().collect();
    let compared = answers_agree(&LibraryTree::new(), &directories);
    assert!(compared > 20, "{compared} names in {directories:?}");
}

#[test]
fn for_made_up_directories_it_answers_as_ldconfigs_does() {
    let tree = LibraryTree::new();
    for (directory, versions) in [("one", 1..30), ("two", 20..50)] {
        for version in versions {
            tree.library(&format!("{directory}/libnumber.so.{version}"));
            tree.library(&format!(
                "{directory}/lib{version}number-{}.so",
                version * 77
            ));
        }
        let soname = ["-Wl,-soname,libnamed.so.1", "-xc", "/dev/null"];
        let file = format!("{directory}/libnamed.so.1.2");
        tree.cc(&[&["-shared", "-nostdlib", "-o", &file], &soname[..]].concat());
        tree.link(&format!("{directory}/libnamed.so.1"), "libnamed.so.1.2");
    }
    let directories = [tree.path("one"), tree.path("two")];
    assert_eq!(answers_agree(&tree, &directories), 2 * 49 + 1);
}

#[test]
fn names_are_sorted_as_ldconfig_sorts_them() {
    let tree = LibraryTree::new();
    for stem in [
        "liba",
        "libA",
        "lib-",
        "lib_",
        "lib+",
        "lib.",
        "lib~",
        "lib1",
        "lib0010",
        "lib\u{e9}",
    ] {
        for tail in ["", "a", "-", "2", "10", "-2.10", "_x64", "\u{fc}"] {
            tree.library(&format!("libs/{stem}{tail}.so"));
            tree.library(&format!("libs/{stem}{tail}.so.9"));
            tree.library(&format!("libs/{stem}{tail}.so.10"));
        }
    }
    write_theirs(&tree, &[tree.path("libs")], &[]);
    let theirs = LoaderCache::parse(&fs::read(tree.path("theirs")).unwrap()).unwrap();
    assert!(theirs.entries().len() >= 240);

    let mut entries = theirs.entries().to_vec();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let ours = LoaderCache::new(entries, architecture());
    let names = |cache: &LoaderCache| -> Vec<_> {
        cache
            .entries()
            .iter()
            .map(|entry| entry.name.clone())
            .collect()
    };
    assert_eq!(names(&ours), names(&theirs));
}

#[test]
fn every_format_of_ldconfig_can_be_read() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    tree.library("libs/libb.so");
    for format in ["new", "compat"] {
        write_theirs(&tree, &[tree.path("libs")], &["-c", format]);
        let cache = LoaderCache::parse(&fs::read(tree.path("theirs")).unwrap()).unwrap();
        let answer = cache.lookup("liba.so".as_ref(), architecture());
        assert_eq!(
            answer,
            Some(tree.path("libs/liba.so").as_path()),
            "{format}"
        );
    }
    write_theirs(&tree, &[tree.path("libs")], &["-c", "old"]);
    let error = LoaderCache::parse(&fs::read(tree.path("theirs")).unwrap()).unwrap_err();
    assert_eq!(error, ldshim::loader_cache::CacheError::OldFormat);
}

/// A tree with an environment of many libraries and a program that says "found NUMBER" if the
/// loader finds the library it is linked to.
fn tree_with_program(soname: &str) -> LibraryTree {
    let tree = LibraryTree::new();
    for number in 0..60 {
        tree.library(&format!("libs/lib{number}.so"));
        tree.library(&format!("libs/libdated-{number}.so.{}", number % 7));
    }
    tree.file("library.c", "int number(void) { return 42; }");
    tree.file(
        "program.c",
        "#include <stdio.h>\nint number(void);\nint main(void) { printf(\"found %d\\n\", number()); }",
    );
    let library = format!("libs/{soname}");
    let set_soname = format!("-Wl,-soname,{soname}");
    tree.cc(&["-shared", "-fPIC", &set_soname, "-o", &library, "library.c"]);
    tree.cc(&["-o", "program", "program.c", &library]);
    tree.build(&["libs"]).succeeded();
    tree
}

/// Runs the tree's program while the environment's cache is in the place of this machine's.
fn run_with_our_cache(tree: &LibraryTree) -> Ran {
    let script = r#"mount --bind d/ld.so.cache /etc/ld.so.cache && exec ./program"#;
    let mut unshare = Command::new("unshare");
    Ran::of(
        unshare
            .current_dir(tree.path("."))
            .args(["-Urm", "sh", "-c", script]),
    )
}

#[test]
fn a_real_loader_finds_a_library_through_it() {
    let tree = tree_with_program("liba-only-ours.so.1");
    assert_eq!(run_with_our_cache(&tree).stdout, "found 42\n");

    let without_cache = Ran::of(&mut Command::new(tree.path("program")));
    assert_eq!(without_cache.code, Some(127));
    assert!(
        without_cache
            .stderr
            .contains("liba-only-ours.so.1: cannot open shared object file")
    );
}

#[test]
fn a_real_loader_compares_numbers_longer_than_an_int_as_ours_does() {
    // As an int: 1760275103, and -1294967296, which comes before all others.
    for soname in ["libdated-20261121010335.so", "lib3000000000.so"] {
        let tree = tree_with_program(soname);
        assert_eq!(run_with_our_cache(&tree).stdout, "found 42\n", "{soname}");
        assert_eq!(tree.ldshim(&["env", "show", "d"]).code, Some(0), "{soname}");
    }
}

#[test]
fn a_real_loader_finds_a_name_that_is_not_ascii() {
    let tree = tree_with_program("lib\u{e9}.so.1");
    assert_eq!(run_with_our_cache(&tree).stdout, "found 42\n");
}

#[test]
fn a_real_loader_misses_what_show_says_it_misses() {
    let tree = tree_with_program("liba-only-ours.so.1");
    assert_eq!(run_with_our_cache(&tree).stdout, "found 42\n");
    // Swap the first entry with the last, which is the one: 24 bytes each.
    let mut bytes = fs::read(tree.path("d/ld.so.cache")).unwrap();
    let (first, last) = (48, 48 + 120 * 24);
    for at in 0..24 {
        bytes.swap(first + at, last + at);
    }
    fs::write(tree.path("d/ld.so.cache"), bytes).unwrap();
    let show = tree.ldshim(&["env", "show", "d"]);
    assert!(
        show.stdout
            .contains("the loader misses liba-only-ours.so.1"),
        "{show:?}"
    );
    assert_eq!(run_with_our_cache(&tree).code, Some(127));
}
