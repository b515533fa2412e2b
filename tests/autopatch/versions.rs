//! Libraries of one name with different symbol versions.

use std::fs;

use super::Tree;
use super::made::run;

#[test]
fn a_library_with_the_versions_is_taken_before_one_without_them() {
    let tree = Tree::new();
    fs::create_dir(tree.path("wrong")).unwrap();
    tree.made.write("wrong.map", "WRONG_1 { global: value; };");
    let script = format!("-Wl,--version-script={}", tree.path("wrong.map").display());
    tree.made.write("wrong.c", "int value(void) { return 1; }");
    tree.made.compile(
        "wrong/libmade.so",
        "wrong.c",
        &["-shared", "-fPIC", &script],
    );
    let wrong = tree.path("wrong").display().to_string();
    let right = tree.path("out/lib/deep").display().to_string();
    drop(
        tree.autopatch(&["--paths", "bin", "--libs", &wrong, &right, &tree.libs()])
            .succeeded(),
    );
    assert_eq!(run(&tree.app()).stdout, "42");
}

/// One directory has the first library, and the second one in a version too old.
#[test]
fn a_directory_with_an_older_library_comes_behind_the_right_one() {
    let tree = Tree::new();
    fs::create_dir(tree.path("wrong")).unwrap();
    let deep = tree.path("out/lib/deep");
    let flags = [
        format!("-L{}", tree.libs()),
        "-lother".into(),
        format!("-L{}", deep.display()),
        "-lmade".into(),
    ];
    let flags = flags.each_ref().map(String::as_str);
    tree.made.compile("out/bin/app", "main.c", &flags);
    fs::rename(
        tree.path("libs/libother.so"),
        tree.path("wrong/libother.so"),
    )
    .unwrap();
    tree.made.write("wrong.map", "WRONG_1 { global: value; };");
    tree.made.write("wrong.c", "int value(void) { return 1; }");
    let script = format!("-Wl,--version-script={}", tree.path("wrong.map").display());
    let shared = ["-shared", "-fPIC", &script];
    tree.made.compile("wrong/libmade.so", "wrong.c", &shared);
    let wrong = tree.path("wrong").display().to_string();
    let ran = tree.autopatch(&[
        "--paths",
        "bin",
        "--libs",
        &wrong,
        &deep.display().to_string(),
    ]);
    let said = ran.succeeded().stdout;
    let order = format!("setting RPATH to: {}:{wrong}", deep.display());
    assert!(said.contains(&order), "{said}");
    assert_eq!(run(&tree.app()).stdout, "42");
}
