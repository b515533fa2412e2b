//! `ldshim env show`: each way in which an environment's cache may not hold.

use std::fs;

use ldshim::elf::Architecture;
use ldshim::loader_cache::{CacheEntry, LoaderCache};
use serde_json::json;

use crate::env_show::{broken_by, tree};
use crate::library_tree::{LibraryTree, architecture};

/// Puts a cache of these (name, path) in the place of the environment's.
fn set_cache(tree: &LibraryTree, entries: &[(&str, &str)], architecture: &Architecture) {
    let entries = entries.iter().map(|(name, path)| CacheEntry {
        name: name.into(),
        path: tree.path(path),
        flags: architecture.cache_flags,
    });
    let cache = LoaderCache::new(entries.collect(), architecture);
    fs::write(tree.path("d/ld.so.cache"), cache.serialize().unwrap()).unwrap();
}

#[test]
fn a_missing_cache() {
    let json = broken_by(
        "cache    missing: there is no ld.so.cache",
        "1 problem",
        |tree| {
            fs::remove_file(tree.path("d/ld.so.cache")).unwrap();
        },
    );
    assert_eq!(
        json["cache"],
        json!({ "entries": 0, "problem": "missing", "details": [], "place_is_wrong": false })
    );
}

#[test]
fn a_damaged_cache() {
    let json = broken_by(
        "cache    [the loader cache is cut off]",
        "1 problem",
        |tree| {
            let bytes = fs::read(tree.path("d/ld.so.cache")).unwrap();
            fs::write(tree.path("d/ld.so.cache"), &bytes[..60]).unwrap();
        },
    );
    assert_eq!(json["cache"]["problem"], "damaged");
}

#[test]
fn a_cache_that_cannot_be_read() {
    let json = broken_by(
        "cache    [Is a directory (os error 21)]",
        "1 problem",
        |tree| {
            fs::remove_file(tree.path("d/ld.so.cache")).unwrap();
            fs::create_dir(tree.path("d/ld.so.cache")).unwrap();
        },
    );
    assert_eq!(json["cache"]["problem"], "unreadable");
}

#[test]
fn a_cache_that_lacks_a_library() {
    let json = broken_by("cache    [lacks libb.so]", "1 problem", |tree| {
        set_cache(tree, &[("liba.so", "libs/liba.so")], architecture());
    });
    assert_eq!(json["cache"]["details"], json!(["lacks libb.so"]));
}

#[test]
fn a_cache_that_lists_a_library_which_is_not_there() {
    broken_by(
        "cache    [lists libb.so, which is not in the directory]",
        "1 problem",
        |tree| {
            fs::remove_file(tree.path("d/libb.so")).unwrap();
        },
    );
}

#[test]
fn a_cache_that_lists_another_file() {
    broken_by(
        "cache    [lists libb.so as TREE/libs/liba.so]",
        "1 problem",
        |tree| {
            let entries = [("liba.so", "libs/liba.so"), ("libb.so", "libs/liba.so")];
            set_cache(tree, &entries, architecture());
        },
    );
}

#[test]
fn a_cache_that_lists_the_same_file_by_another_path_holds() {
    let tree = tree();
    tree.link("linked", "libs");
    let entries = [("liba.so", "linked/liba.so"), ("libb.so", "linked/libb.so")];
    set_cache(&tree, &entries, architecture());
    tree.ldshim(&["env", "show", "d"]).succeeded();
}

#[test]
fn names_that_are_one_to_the_loader_do_not_break_it() {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so.1");
    tree.library("libs/liba.so.01");
    tree.build(&["libs"]).succeeded();
    tree.ldshim(&["env", "show", "d"]).succeeded();
}
