//! `ldshim env build --extra-path DIR=NAMES`: libraries that are listed whether they are there or not.

use std::path::Path;

use serde_json::{Value, json};

use crate::library_tree::{LibraryTree, Ran, loader};

/// A library environment `d` with `liba.so` of its own, and these extra paths.
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

/// A folder of the tree as an extra path with a name.
fn known(tree: &LibraryTree, folder: &str, names: &str) -> String {
    format!("{}={names}", tree.path(folder).display())
}

fn shown(tree: &LibraryTree) -> Value {
    let json = tree.ldshim(&["env", "show", "--json", "d"]).succeeded();
    serde_json::from_str(&json.stdout).unwrap()
}

#[test]
fn they_are_listed_by_their_paths_and_need_not_be_there() {
    let tree = tree();
    build(&tree, &[&known(&tree, "run", "libdriver.so.1,libb.so")]).succeeded();
    let expected = tree.path("run/libdriver.so.1");
    assert_eq!(tree.target("d/libdriver.so.1"), expected);
    let shown = shown(&tree);
    assert_eq!(shown["holds"], true, "{shown:#}");
    assert_eq!(shown["cache"]["entries"], 3);
    assert_eq!(shown["known_paths"], json!([tree.path("run")]));
    assert_eq!(shown["extra_paths"], json!([]));
    let library = &shown["libraries"][2];
    let path = expected.to_str().unwrap();
    let said = json!({ "name": "libdriver.so.1", "path": path, "problem": null, "absent": true });
    assert_eq!(*library, said);
}

#[test]
fn env_show_says_whether_they_are_there_now() {
    let tree = tree();
    build(&tree, &[&known(&tree, "run", "libdriver.so.1")]).succeeded();
    let text = || tree.ldshim(&["env", "show", "d"]);
    let path = tree.path("run/libdriver.so.1");
    let line = format!("libdriver.so.1 -> {}", path.display());
    let before = text().succeeded().stdout;
    assert!(
        before.contains(&format!("{line} (not there now)\n")),
        "{before}"
    );
    let known = format!("known    {}\n", tree.path("run").display());
    assert!(before.contains(&known), "{before}");
    // As a driver is: the library is a link to another file each time the machine is started.
    tree.library("driver/libdriver.so.1.2");
    tree.link("run/libdriver.so.1", tree.path("driver/libdriver.so.1.2"));
    let after = text().succeeded().stdout;
    assert!(after.contains(&format!("{line}\n")), "{after}");
    tree.file("driver/libdriver.so.1.2", "no library");
    text().failed_with("");
}

#[test]
fn they_go_before_libraries_of_the_same_name() {
    let tree = tree();
    build(&tree, &[&known(&tree, "run", "liba.so")]).succeeded();
    assert_eq!(tree.target("d/liba.so"), tree.path("run/liba.so"));
}

#[test]
fn building_again_from_such_an_environment_keeps_them() {
    let tree = tree();
    build(&tree, &[&known(&tree, "run", "libdriver.so.1")]).succeeded();
    let loader = loader();
    let loader = loader.to_str().unwrap();
    tree.ldshim(&["env", "build", "--out", "e", "--loader", loader, "d"])
        .succeeded();
    let expected = tree.path("run/libdriver.so.1");
    assert_eq!(tree.target("e/libdriver.so.1"), expected);
    assert_eq!(tree.target("e/ld.so.cache.known"), tree.path("run"));
}

#[test]
fn what_is_no_name_of_a_library_is_refused() {
    let tree = tree();
    for (extra, why) in [
        ("/run/driver=libdriver", "not the name of a library"),
        ("/run/driver=ld.so.cache", "not the name of a library"),
        ("run=libdriver.so", "it is a relative path"),
        ("/a:/b=libdriver.so", "it has a character that ends a path"),
    ] {
        build(&tree, &[extra]).failed_with(why);
        assert!(!tree.path("d").exists(), "{extra}");
    }
}

#[test]
fn an_equals_sign_may_be_part_of_a_path() {
    let tree = tree();
    build(&tree, &["/run/a=b/lib"]).succeeded();
    let shown = shown(&tree);
    assert_eq!(shown["extra_paths"], json!(["/run/a=b/lib"]));
    build(&tree, &["/run/a=b/lib=libc1.so"]).succeeded();
    assert_eq!(
        tree.target("d/libc1.so"),
        Path::new("/run/a=b/lib/libc1.so")
    );
}

#[test]
fn explain_finds_them_where_they_are_there_and_else_says_where_they_should_be() {
    let tree = tree();
    tree.file("f.c", "int f(void) { return 0; }");
    tree.file("run/none", "");
    let soname = "-Wl,-soname,libdriver.so.1";
    tree.cc(&[
        "-shared",
        "-fPIC",
        soname,
        "-o",
        "run/libdriver.so.1",
        "f.c",
    ]);
    tree.file("use.c", "int f(void); int main(void) { return f(); }");
    tree.cc(&["-o", "use", "use.c", "run/libdriver.so.1"]);
    build(&tree, &[&known(&tree, "run", "libdriver.so.1")]).succeeded();
    // With a loader that has room for the path of the cache.
    let roomy = tree.path("roomy.so");
    crate::long_path::write_loader(&loader(), &roomy).unwrap();
    let d = tree.path("d");
    let loader = roomy;
    let explain = || {
        let args = [
            "explain",
            "--loader",
            loader.to_str().unwrap(),
            "--library-path",
        ];
        tree.ldshim(&[&args[..], &[d.to_str().unwrap(), "use"]].concat())
    };
    let path = tree.path("run/libdriver.so.1");
    let there = explain();
    let expected = format!("{} cache", path.display());
    assert!(there.stdout.contains(&expected), "{there:?}");
    std::fs::rename(tree.path("run"), tree.path("gone")).unwrap();
    let gone = explain();
    let expected = format!("the cache lists {}, which is not there", path.display());
    assert!(gone.stdout.contains(&expected), "{gone:?}");
}
