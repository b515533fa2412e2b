//! `ldshim env build --extra-path`: directories that are searched when a program starts.

use std::fs;
use std::path::Path;

use crate::library_tree::{LibraryTree, Ran, loader};

fn build(tree: &LibraryTree, extra_paths: &[&str]) -> Ran {
    let loader = loader();
    let mut args = vec!["env", "build", "--out", "d", "--loader"];
    args.extend([loader.to_str().unwrap(), "libs"]);
    args.extend(extra_paths.iter().flat_map(|path| ["--extra-path", path]));
    tree.ldshim(&args)
}

fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.library("libs/liba.so");
    tree
}

#[test]
fn they_are_in_the_link_for_the_stub_and_need_not_exist() {
    let tree = tree();
    build(&tree, &[]).succeeded();
    let plain = tree.target("d/ld.so.cache.place");
    build(&tree, &["/nowhere/lib", "/run/two words"]).succeeded();
    let expected = format!("{} /nowhere/lib:/run/two words", plain.display());
    assert_eq!(tree.target("d/ld.so.cache.place"), Path::new(&expected));
}

#[test]
fn env_show_lists_them_and_still_compares_the_place() {
    let tree = tree();
    build(&tree, &["/nowhere/lib", "/elsewhere"]).succeeded();
    let shown = tree.ldshim(&["env", "show", "d"]).succeeded();
    assert!(
        shown
            .stdout
            .contains("extra    /nowhere/lib\nextra    /elsewhere\n"),
        "{shown:?}"
    );
    let json = tree.ldshim(&["env", "show", "--json", "d"]).succeeded();
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        json["extra_paths"],
        serde_json::json!(["/nowhere/lib", "/elsewhere"])
    );

    let link = tree.path("d/ld.so.cache.place");
    fs::remove_file(&link).unwrap();
    tree.link("d/ld.so.cache.place", "1 2 /nowhere/lib");
    let shown = tree.ldshim(&["env", "show", "d"]);
    assert_eq!(shown.code, Some(1));
    assert!(shown.stdout.contains("place    ["), "{shown:?}");
}

#[test]
fn a_stub_takes_them_over_with_the_library_environment() {
    let tree = tree();
    build(&tree, &["/nowhere/lib"]).succeeded();
    let directory = tree.path("d");
    let stub = crate::common::stub();
    let args = [
        "stub",
        "configure",
        "--out",
        "stub",
        "--library-dir",
        directory.to_str().unwrap(),
        "--in",
    ];
    tree.ldshim(&[&args[..], &[stub.to_str().unwrap()]].concat())
        .succeeded();
    let bytes = fs::read(tree.path("stub")).unwrap();
    let text = format!("{} \0", tree.target("d/ld.so.cache.place").display()).replace(" \0", "\0");
    assert!(
        memchr::memmem::find(&bytes, text.as_bytes()).is_some(),
        "{text}"
    );
}

#[test]
fn what_cannot_be_one_of_several_paths_is_refused() {
    let tree = tree();
    for (path, why) in [
        ("relative", "it is a relative path"),
        ("/a:/b", "it has a character that ends a path"),
        ("/a;b", "it has a character that ends a path"),
        ("/a\nb", "it has a character that ends a path"),
    ] {
        build(&tree, &[path]).failed_with(why);
    }
    let long = format!("/{}", "x".repeat(600));
    build(&tree, &[&long]).succeeded();
    build(&tree, &[&long, &long]).failed_with("name fewer");
}
