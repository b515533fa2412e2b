//! `ldshim env show`: what is in an environment, and each way in which it may not hold. `env_show_cache.rs` has those of
//! its cache.

use std::fs;

use ldshim::elf::Architecture;
use serde_json::{Value, json};

use crate::library_tree::{LibraryTree, architecture, loader};

/// A tree with an environment of `liba.so` and `libb.so`, both in `libs`.
pub fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    tree.library("libs/libb.so");
    tree.build(&["libs"]).succeeded();
    tree
}

/// Breaks an environment that holds: then `show` fails, its text has this line in it, and the last
/// line tells the number of problems. Gives what `--json` tells.
#[track_caller]
pub fn broken_by(line: &str, problems: &str, damage: impl FnOnce(&LibraryTree)) -> Value {
    let tree = tree();
    tree.ldshim(&["env", "show", "d"]).succeeded();
    damage(&tree);
    let text = tree.ldshim(&["env", "show", "d"]);
    assert_eq!(text.code, Some(1), "{text:?}");
    let line = line.replace("TREE", tree.path("d").parent().unwrap().to_str().unwrap());
    assert!(
        text.stdout.lines().any(|it| it == line),
        "{line:?} is not in {text:?}"
    );
    assert_eq!(
        text.stdout.lines().last().unwrap(),
        format!("does not hold: {problems}")
    );

    let json = tree.ldshim(&["env", "show", "--json", "d"]);
    assert_eq!(json.code, Some(1));
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["holds"], false);
    json
}

#[test]
fn an_environment_just_built_holds() {
    let tree = tree();
    let text = tree.ldshim(&["env", "show", "d"]).succeeded().stdout;
    let libs = tree.path("libs");
    let (libs, loader, architecture) = (libs.display(), loader(), architecture());
    let loader = loader.display();
    assert_eq!(
        text,
        format!(
            "loader   {loader} ({architecture})\n\
             library  liba.so -> {libs}/liba.so\n\
             library  libb.so -> {libs}/libb.so\n\
             cache    lists 2 libraries\n\
             holds: 2 libraries\n"
        )
    );
}

#[test]
fn json_has_the_documented_fields() {
    let tree = tree();
    let text = tree
        .ldshim(&["env", "show", "d", "--json"])
        .succeeded()
        .stdout;
    let expected = json!({
        "schema": 1,
        "directory": "d",
        "holds": true,
        "loader": { "path": loader(), "system": architecture().nix_system, "c_library": "glibc", "problem": null,
            "prepared_for": null, "copy_is_outdated": false },
        "libraries": [
            { "name": "liba.so", "path": tree.path("libs/liba.so"), "problem": null, "absent": false },
            { "name": "libb.so", "path": tree.path("libs/libb.so"), "problem": null, "absent": false },
        ],
        "cache": { "entries": 2, "problem": null, "details": [], "place_is_wrong": false },
        "extra_paths": [],
        "known_paths": [],
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
}

#[test]
fn a_missing_directory_is_an_error() {
    let ran = LibraryTree::new().ldshim(&["env", "show", "d"]);
    ran.failed_with("cannot read the library environment d: No such file");
}

#[test]
fn a_library_that_is_gone() {
    let line = "library  liba.so -> TREE/libs/liba.so [dangling link]";
    let json = broken_by(line, "1 problem", |tree| {
        fs::remove_file(tree.path("libs/liba.so")).unwrap();
    });
    assert_eq!(json["libraries"][0]["problem"], "dangling");
    assert_eq!(json["libraries"][1]["problem"], Value::Null);
}

#[test]
fn a_library_that_is_no_longer_one() {
    let line = "library  liba.so -> TREE/libs/liba.so [not an ELF file]";
    let json = broken_by(line, "1 problem", |tree| {
        tree.file("libs/liba.so", "INPUT(-la)")
    });
    assert_eq!(json["libraries"][0]["problem"], "not-elf");
}

#[test]
fn a_missing_loader() {
    let json = broken_by("loader   missing: there is no ld.so", "1 problem", |tree| {
        fs::remove_file(tree.path("d/ld.so")).unwrap();
    });
    assert_eq!(
        json["loader"],
        json!({ "path": null, "system": null, "c_library": null, "problem": "missing",
            "prepared_for": null, "copy_is_outdated": false })
    );
}

#[test]
fn a_loader_that_is_gone() {
    let json = broken_by(
        "loader   /gone/ld.so [dangling link]",
        "1 problem",
        |tree| {
            fs::remove_file(tree.path("d/ld.so")).unwrap();
            tree.link("d/ld.so", "/gone/ld.so");
        },
    );
    assert_eq!(json["loader"]["problem"], "dangling");
}

#[test]
fn a_loader_of_another_architecture_than_the_libraries() {
    let others = Architecture::ALL.into_iter();
    let other = others.rev().find(|it| *it != architecture()).unwrap();
    assert_ne!(other.cache_flags, architecture().cache_flags);
    let line = format!("loader   TREE/ld.so ({other})");
    let json = broken_by(&line, "7 problems", |tree| {
        tree.library_for_machine("ld.so", other.machine);
        fs::remove_file(tree.path("d/ld.so")).unwrap();
        tree.link("d/ld.so", "../ld.so");
    });
    assert_eq!(json["loader"]["problem"], Value::Null);
    assert_eq!(json["libraries"][0]["problem"], "other-machine");
    assert_eq!(json["cache"]["problem"], "differs");
    assert_eq!(
        json["cache"]["details"][0],
        "lists liba.so for another architecture"
    );
}

#[test]
fn a_place_that_is_not_the_loaders() {
    let line = "place    [ld.so.cache.place does not say where ld.so has its path]";
    for place in [None, Some("1 16")] {
        let json = broken_by(line, "1 problem", |tree| {
            fs::remove_file(tree.path("d/ld.so.cache.place")).unwrap();
            if let Some(place) = place {
                tree.link("d/ld.so.cache.place", place);
            }
        });
        assert_eq!(json["cache"]["place_is_wrong"], true);
    }
}

/// What tells musl's loader from others is a path in it.
#[test]
fn an_environment_of_musl_has_no_cache_and_holds_without_one() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    tree.library("musl/libc.so");
    let mut loader = fs::read(tree.path("musl/libc.so")).unwrap();
    loader.extend(b"\0/etc/ld-musl-x86_64.path\0");
    tree.file("musl/libc.so", loader);
    let build = |loader: &str| {
        tree.ldshim(&["env", "build", "--out", "d", "--loader", loader, "libs"])
            .succeeded();
        tree.names("d")
    };
    assert_eq!(build("musl/libc.so"), ["ld.so", "liba.so"]);
    assert_eq!(build("musl/libc.so"), ["ld.so", "liba.so"], "again");
    let shown = tree.ldshim(&["env", "show", "d"]).succeeded().stdout;
    assert!(shown.contains("cache    none: musl's loader"), "{shown}");
    assert!(shown.ends_with("holds: 1 library\n"), "{shown}");
    let json = tree.ldshim(&["env", "show", "--json", "d"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["loader"]["c_library"], "musl");
    assert_eq!(json["cache"]["problem"], serde_json::Value::Null);

    // The control: one of glibc needs its cache.
    tree.library("glibc/ld.so");
    assert_eq!(build("glibc/ld.so"), ["ld.so", "ld.so.cache", "liba.so"]);
    fs::remove_file(tree.path("d/ld.so.cache")).unwrap();
    let shown = tree.ldshim(&["env", "show", "d"]).stdout;
    assert!(shown.contains("cache    missing"), "{shown}");
}
