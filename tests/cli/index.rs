//! `ldshim index import` and `ldshim index add`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::library_tree::LibraryTree;
use crate::locate::{Home, database};
use crate::nix_index::{Database, Package};
use crate::terminal::screen;

#[test]
fn an_import_says_what_it_has_found() {
    let home = Home::new();
    home.write_database(&database());
    let ran = home.ldshim(&["index", "import"]).succeeded();
    let begin = "  ok       indexed 5 libraries of 2 packages (";
    assert!(ran.stdout.starts_with(begin), "{ran:?}");
    assert!(
        ran.stdout.contains(".cache/ldshim/index/nixpkgs"),
        "{ran:?}"
    );
    assert_eq!(ran.stderr, "", "a progress bar is for terminals");
    let seen = screen(&mut home.command(&["index", "import"]), 60);
    assert!(seen.contains("reading the database ["), "{seen}");
    assert!(seen.contains(" left"), "{seen}");
}

#[test]
fn a_database_is_taken_from_where_it_is_named() {
    let home = Home::new();
    let ran = home.ldshim(&["index", "import"]);
    ran.failed_with("ldshim index update");

    let other = tempfile::tempdir().unwrap();
    let file = other.path().join("files");
    fs::write(&file, database()).unwrap();
    let mut import = home.command(&["index", "import"]);
    import.env("NIX_INDEX_DATABASE", other.path());
    assert!(import.output().unwrap().status.success());
    assert_eq!(home.locate(&["libplug.so"]).len(), 1);

    let home = Home::new();
    let file = file.to_str().unwrap();
    home.ldshim(&["index", "import", file]).succeeded();
    assert_eq!(home.locate(&["libplug.so"]).len(), 1);
}

#[test]
fn an_import_that_fails_names_the_file_and_leaves_the_index() {
    let home = Home::with_index();
    let bad = home.0.path().join("bad");
    for bytes in [&database()[..40], b"", b"NIXI", b"#!/bin/sh\n"] {
        fs::write(&bad, bytes).unwrap();
        let ran = home.ldshim(&["index", "import", bad.to_str().unwrap()]);
        ran.failed_with("bad");
        assert_eq!(home.locate(&["libz.so.1"]).len(), 2);
    }
    let missing = home.ldshim(&["index", "import", "/no/such/file"]);
    missing.failed_with("/no/such/file");
    home.ldshim(&["index", "import", "/dev/null"])
        .failed_with("/dev/null");
    home.ldshim(&["index", "import", "/"])
        .failed_with("no file");
}

#[test]
fn the_revision_is_kept_when_it_is_said() {
    let home = Home::with_index();
    let revision = || {
        let ran = home.ldshim(&["locate", "--json", "libz.so.1"]).succeeded();
        let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        value["revision"].clone()
    };
    assert!(revision().is_null());
    home.ldshim(&["index", "import", "--revision", "4f3e03f"])
        .succeeded();
    assert_eq!(revision(), "4f3e03f");
}

#[test]
fn an_index_that_cannot_be_written_is_an_error_with_its_path() {
    let home = Home::new();
    home.write_database(&database());
    fs::write(home.0.path().join(".cache/ldshim"), "a file in the way").unwrap();
    let ran = home.ldshim(&["index", "import"]);
    ran.failed_with(".cache/ldshim/index");
}

const HASH: &str = "010yd8jls8w4vcnql4zhjbnyp2yay5pl";

/// A store with one package, whose library exports versions; and the package.
fn store() -> (LibraryTree, PathBuf) {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file(
        "versions",
        "A_1.0 { global: a; local: *; }; A_1.1 { } A_1.0;",
    );
    let package = format!("store/{HASH}-a-1-lib");
    tree.file(&format!("{package}/lib/liba.so"), "INPUT(liba.so.1)");
    tree.file(&format!("{package}/lib/libdamaged.so"), "\x7fELF");
    let library = format!("{package}/lib/liba.so.1");
    let script = "-Wl,--version-script=versions";
    tree.cc(&[
        "-shared",
        "-Wl,-soname,liba.so.1",
        script,
        "-o",
        &library,
        "a.c",
    ]);
    tree.link(&format!("{package}/lib64"), "lib");
    let path = tree.path(&package);
    (tree, path)
}

fn add(home: &Home, path: &Path) {
    let path = path.to_str().unwrap();
    home.ldshim(&["index", "add", path]).succeeded();
}

#[test]
fn a_local_library_is_found_with_the_versions_that_it_exports() {
    let home = Home::new();
    let (_tree, package) = store();
    add(&home, &package.join("lib"));
    let found = home.locate(&["liba.so*"]);
    assert_eq!(
        found.len(),
        1,
        "a script for the linker is no library: {found:?}"
    );
    assert_eq!(found[0]["path"], "lib/liba.so.1");
    assert_eq!(found[0]["versions"], serde_json::json!(["A_1.0", "A_1.1"]));
    assert_eq!(found[0]["store_path"], package.to_str().unwrap());
    assert_eq!(found[0]["output"], "lib");
    assert_eq!(found[0]["source"], "local");
    assert!(found[0]["attribute"].is_null());
    assert!(home.locate(&["libdamaged.so"]).is_empty());
}

#[test]
fn what_is_added_stays_when_more_is_added() {
    let home = Home::new();
    let ((_tree, package), (_other, same_hash)) = (store(), store());
    add(&home, &package);
    let store = package.parent().unwrap();
    let second = store.join(format!("{}-b", "1".repeat(32)));
    fs::create_dir_all(second.join("lib")).unwrap();
    fs::copy(package.join("lib/liba.so.1"), second.join("lib/liba.so.1")).unwrap();
    add(&home, &second);
    add(&home, &second);
    let found = home.locate(&["liba.so.1"]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0]["versions"], found[1]["versions"]);

    let other = same_hash.to_str().unwrap();
    home.ldshim(&["index", "add", other])
        .failed_with("which is about");
    assert_eq!(home.locate(&["liba.so.1"]).len(), 2);
}

#[test]
fn a_store_path_that_is_gone_is_not_found() {
    let home = Home::new();
    let (_tree, package) = store();
    add(&home, &package);
    fs::remove_dir_all(&package).unwrap();
    assert!(home.locate(&["liba.so.1"]).is_empty());
}

#[test]
fn a_store_path_that_nixpkgs_has_too_is_one_provider_with_attribute_and_versions() {
    let (_tree, package) = store();
    let mut database = Database::new(Vec::new(), 1).unwrap();
    let known = Package {
        store: package.parent().unwrap().to_str().unwrap(),
        hash: HASH,
        output: "lib",
        ..Package::new('a', "liba", "a-1-lib")
    };
    database
        .package(&known, [("1x", "/lib/liba.so.1")])
        .unwrap();
    let home = Home::with_index_of(&database.finish().unwrap());
    assert!(home.locate(&["liba.so.1"])[0]["versions"].is_null());
    add(&home, &package);
    let found = home.locate(&["liba.so.1"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["attribute"], "liba");
    assert_eq!(found[0]["versions"], serde_json::json!(["A_1.0", "A_1.1"]));
}

#[test]
fn what_is_no_store_path_is_refused() {
    let home = Home::new();
    home.ldshim(&["index", "add", "/usr/lib"])
        .failed_with("not in a store path");
    home.ldshim(&["index", "add", "/no/such"])
        .failed_with("/no/such");
    let ran = home.ldshim(&["index", "add"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(!home.0.path().join(".cache/ldshim/index/local").exists());
}

#[test]
fn a_closure_is_what_nix_says_that_it_is() {
    let (tree, package) = store();
    let home = Home::new();
    let nix = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        in_store(&mut command, &tree);
        let output = command.args(args).output().unwrap();
        assert!(output.status.success(), "{program} {args:?} {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let added = nix("nix-store", &["--add", package.to_str().unwrap()]);
    let text = format!("builtins.toFile \"user\" \"${{builtins.storePath {added}}}\"");
    let user = nix(
        "nix-instantiate",
        &["--eval", "--read-write-mode", "--expr", &text],
    );
    let user = user.trim_matches('"');

    let mut command = home.command(&["index", "add", user]);
    in_store(&mut command, &tree);
    assert!(command.status().unwrap().success());
    assert!(home.locate(&["liba.so.1"]).is_empty(), "without --closure");
    let mut command = home.command(&["index", "add", "--closure", user]);
    in_store(&mut command, &tree);
    assert!(command.status().unwrap().success());
    assert_eq!(home.locate(&["liba.so.1"])[0]["store_path"], added);
}

/// Makes Nix use a store in a folder.
fn in_store(command: &mut Command, tree: &LibraryTree) {
    command.env("NIX_STORE_DIR", tree.path("nix"));
    command.env("NIX_STATE_DIR", tree.path("state"));
    command.env("NIX_LOG_DIR", tree.path("log"));
    command.env("NIX_REMOTE", "");
}

#[test]
fn a_closure_that_nix_does_not_know_is_refused() {
    let home = Home::new();
    let ran = home.ldshim(&["index", "add", "--closure", "/no/such"]);
    ran.failed_with("cannot ask nix-store");
}
