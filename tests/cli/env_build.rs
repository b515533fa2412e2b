//! What `ldshim env build` finds, and what it writes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use ldshim::loader_cache::LoaderCache;

use crate::library_tree::{LibraryTree, Ran, architecture, loader};

#[test]
fn every_name_of_a_library_leads_to_its_real_file() {
    let tree = LibraryTree::new();
    tree.library("store/libz.so.1.3.1");
    tree.link("libs/libz.so.1", "../store/libz.so.1.3.1");
    tree.link("libs/libz.so", "libz.so.1");
    tree.library("libs/plugin.so");
    let ran = tree.build(&["libs"]).succeeded();

    let real = tree.path("store/libz.so.1.3.1");
    assert_eq!(tree.target("d/libz.so"), real);
    assert_eq!(tree.target("d/libz.so.1"), real);
    assert_eq!(tree.target("d/plugin.so"), tree.path("libs/plugin.so"));
    assert_eq!(tree.target("d/ld.so"), loader());
    assert_eq!(
        tree.names("d"),
        [
            "ld.so",
            "ld.so.cache",
            "ld.so.cache.place",
            "libz.so",
            "libz.so.1",
            "plugin.so"
        ]
    );
    assert_eq!(
        ran.stdout,
        format!("3 libraries in {}\n", tree.path("d").display())
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_cache_lists_what_the_links_show() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so.10");
    tree.link("libs/liba.so", "liba.so.10");
    tree.build(&["libs"]).succeeded();
    let cache = LoaderCache::parse(&fs::read(tree.path("d/ld.so.cache")).unwrap()).unwrap();
    let listed: Vec<_> = cache
        .entries()
        .iter()
        .map(|entry| (entry.name.to_str().unwrap(), entry.path.as_path()))
        .collect();
    let real = tree.path("libs/liba.so.10");
    assert_eq!(listed, [("liba.so.10", real.as_path()), ("liba.so", &real)]);
}

#[test]
fn a_package_root_has_its_libraries_in_lib_and_lib64() {
    let tree = LibraryTree::new();
    tree.library("package/lib/liba.so");
    tree.library("package/lib/folder/libdeep.so");
    tree.library("package/lib64/libb.so");
    tree.file("package/bin/program", "");
    tree.build(&["package"]).succeeded();
    assert_eq!(tree.target("d/liba.so"), tree.path("package/lib/liba.so"));
    assert_eq!(tree.target("d/libb.so"), tree.path("package/lib64/libb.so"));
    assert!(!tree.path("d/libdeep.so").is_symlink());
}

#[test]
fn a_path_without_libraries_is_an_error_that_names_it() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    tree.file("other/readme.txt", "");
    tree.build(&["libs", "other"])
        .failed_with("other has neither libraries nor");
    tree.build(&["libs", "missing"])
        .failed_with("cannot list missing: No such file");
    tree.build(&["libs", "libs/liba.so"])
        .failed_with("liba.so: Not a directory");
    assert_eq!(tree.names("."), ["libs", "other"]);
}

#[test]
fn an_environment_without_a_library_is_an_error() {
    let tree = LibraryTree::new();
    tree.file("package/lib/liba.a", "");
    tree.build(&["package"]).failed_with("found no library for");
    assert!(!tree.path("d").exists());
}

#[test]
fn the_first_path_wins_and_verbose_says_so() {
    let tree = LibraryTree::new();
    tree.library("first/liba.so");
    tree.library("second/liba.so");
    let ran = tree.build(&["first", "second"]).succeeded();
    assert_eq!(tree.target("d/liba.so"), tree.path("first/liba.so"));
    let [first, second] = ["first/liba.so", "second/liba.so"].map(|path| tree.path(path));
    let (first, second) = (first.display(), second.display());
    let note = format!("ldshim: liba.so found twice: took {first}, left out {second}\n");
    assert_eq!(ran.stderr, note);

    let ran = tree.build(&["second", "first"]).succeeded();
    assert_eq!(tree.target("d/liba.so"), tree.path("second/liba.so"));
    assert_ne!(ran.stderr, note);
}

#[test]
fn two_ways_to_one_file_are_no_collision() {
    let tree = LibraryTree::new();
    tree.library("package/lib/liba.so");
    tree.link("package/lib64", "lib");
    assert_eq!(
        tree.build(&["package", "package/lib"]).succeeded().stderr,
        ""
    );
}

#[test]
fn without_verbose_nothing_is_said_of_collisions() {
    let tree = LibraryTree::new();
    tree.library("first/liba.so");
    tree.library("second/liba.so");
    let loader = loader();
    let loader = loader.to_str().unwrap();
    let args = [
        "env", "build", "--out", "d", "--loader", loader, "first", "second",
    ];
    assert_eq!(tree.ldshim(&args).succeeded().stderr, "");
}

#[test]
fn a_file_named_as_the_loaders_link_does_not_take_its_place() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    tree.library("libs/ld.so");
    tree.build(&["libs"]).succeeded();
    assert_eq!(tree.target("d/ld.so"), loader());
}

#[test]
fn an_environment_can_be_built_from_another() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    tree.build(&["libs"]).succeeded();
    let cache = fs::read(tree.path("d/ld.so.cache")).unwrap();
    tree.build(&["d"]).succeeded();
    assert_eq!(tree.target("d/liba.so"), tree.path("libs/liba.so"));
    assert_eq!(fs::read(tree.path("d/ld.so.cache")).unwrap(), cache);
}

#[test]
fn other_users_can_read_it_whatever_the_umask() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    let mut build = Command::new("sh");
    build
        .args([
            "-c",
            r#"umask 077; exec "$0" env build --out "$2" --loader "$1" "$3""#,
        ])
        .arg(env!("CARGO_BIN_EXE_ldshim"))
        .args([loader(), tree.path("d"), tree.path("libs")]);
    Ran::of(&mut build).succeeded();
    let mode = |path: &str| tree.path(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("d"), 0o755);
    assert_eq!(mode("d/ld.so.cache"), 0o644);
}

#[test]
fn a_file_that_is_no_loader_is_refused() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    tree.file("text", "no loader");
    tree.library_for_machine("sparc.so", 43);
    let build = |loader| tree.ldshim(&["env", "build", "--out", "d", "--loader", loader, "libs"]);
    build("text").failed_with("cannot use text as the loader: not an ELF file");
    build("missing").failed_with("cannot use missing as the loader: no such file");
    build("sparc.so").failed_with("64-bit SPARCV9; ldshim knows x86_64-linux");
    assert!(!tree.path("d").exists());
}

#[test]
fn names_that_are_no_text_are_kept() {
    use std::os::unix::ffi::OsStrExt;
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    let name = std::ffi::OsStr::from_bytes(b"lib\xff.so");
    fs::copy(tree.path("libs/liba.so"), tree.path("libs").join(name)).unwrap();
    tree.build(&["libs"]).succeeded();
    assert_eq!(
        fs::read_link(tree.path("d").join(name)).unwrap(),
        tree.path("libs").join(name)
    );
    let cache = LoaderCache::parse(&fs::read(tree.path("d/ld.so.cache")).unwrap()).unwrap();
    let answer: Option<&Path> = cache.lookup(name, architecture());
    assert_eq!(answer, Some(tree.path("libs").join(name).as_path()));
}
