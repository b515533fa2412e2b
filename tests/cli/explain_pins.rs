//! `ldshim explain` of programs that have a pin: what the stub would do, which tests/behaviour shows.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use serde_json::Value;

use crate::explain::{explain, json};
use crate::library_tree::LibraryTree;

/// A folder with a library in two versions of which `main` has one, and a pin for `main` which has the other.
fn tree() -> (LibraryTree, PathBuf) {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file("main.c", "int a(void); int main(void) { return a(); }");
    for folder in ["lib", "pinned"] {
        tree.file(&format!("{folder}/.keep"), "");
        tree.cc(&["-shared", "-o", &format!("{folder}/liba.so"), "a.c"]);
    }
    tree.cc(&["-o", "main", "main.c", "-Llib", "-la"]);
    tree.build(&["pinned"]).succeeded();
    let identity = json(&tree, &["main"])["identity"].clone();
    let pin = tree
        .path("state/ldshim/pins")
        .join(identity.as_str().unwrap());
    fs::create_dir_all(pin.parent().unwrap()).unwrap();
    fs::rename(tree.path("d"), &pin).unwrap();
    fs::set_permissions(&pin, Permissions::from_mode(0o755)).unwrap();
    symlink(".", pin.join("manifest")).unwrap();
    (tree, pin)
}

/// Where `liba.so` is found, and what is said of a pin that is not used.
fn found(tree: &LibraryTree, flags: &[&str]) -> (String, Value) {
    let report = json(tree, &[flags, &["--library-path", "lib", "main"]].concat());
    let objects = report["objects"].as_array().unwrap();
    let liba = objects.iter().find(|it| it["names"][0] == "liba.so");
    let path = liba.unwrap()["path"].as_str().unwrap().to_owned();
    (path, report["plan"]["pin_not_used"].clone())
}

#[test]
fn a_pin_is_where_its_libraries_are_found() {
    let (tree, _) = tree();
    let (path, not_used) = found(&tree, &[]);
    // By the pin's own path where the loader has no room for a cache there.
    assert!(
        path.contains("/pinned/") || path.contains("/pins/"),
        "{path}"
    );
    assert_eq!(not_used, Value::Null);
    let text = explain(&tree, &["main"]).succeeded().stdout;
    assert!(text.contains("(from its pin, "), "{text}");
    let (path, _) = found(&tree, &["--without-pins"]);
    assert!(path.ends_with("lib/liba.so"), "{path}");
}

#[test]
fn a_pin_that_the_stub_does_not_take_is_told() {
    let (tree, pin) = tree();
    fs::set_permissions(&pin, Permissions::from_mode(0o777)).unwrap();
    let (path, not_used) = found(&tree, &[]);
    assert!(path.ends_with("lib/liba.so"), "{path}");
    let reason = not_used["reason"].as_str().unwrap();
    assert!(reason.contains("others may write to it"), "{reason}");
    fs::set_permissions(&pin, Permissions::from_mode(0o755)).unwrap();
    fs::remove_file(pin.join("manifest")).unwrap();
    let (_, not_used) = found(&tree, &[]);
    let reason = not_used["reason"].as_str().unwrap();
    assert!(reason.contains("gone from the store"), "{reason}");
    let text = explain(&tree, &["--library-path", "lib", "main"]).stdout;
    assert!(text.contains("not used"), "{text}");
}

#[test]
fn a_mark_is_no_pin() {
    let (tree, pin) = tree();
    fs::remove_dir_all(&pin).unwrap();
    symlink("nothing-missing", &pin).unwrap();
    let (path, not_used) = found(&tree, &[]);
    assert!(path.ends_with("lib/liba.so"), "{path}");
    assert_eq!(not_used, Value::Null);
}
