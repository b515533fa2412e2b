//! `ldshim explain`, of programs whose library has other symbols than the one that they were built with

use crate::explain::{explain, json};
use crate::library_tree::LibraryTree;

/// A folder with a library environment `d` in which `liba.so` has none of the functions that `main` calls, and whether
/// these are bound at the start.
fn tree(binding: &str) -> LibraryTree {
    let tree = LibraryTree::new();
    let functions: Vec<_> = (1..6)
        .map(|it| format!("int f{it}(void) {{ return 0; }}"))
        .collect();
    tree.file("a.c", functions.concat());
    tree.file("other.c", "int other(void) { return 0; }");
    let calls = "int f1(void), f2(void), f3(void), f4(void), f5(void);
        int main(void) { return f1() + f2() + f3() + f4() + f5(); }";
    tree.file("main.c", calls);
    tree.file("lib/.keep", "");
    tree.cc(&["-shared", "-o", "lib/liba.so", "a.c"]);
    tree.cc(&["-o", "main", "main.c", "-Llib", "-la", "-fplt", binding]);
    tree.cc(&["-shared", "-o", "lib/liba.so", "other.c"]);
    tree.build(&["lib"]).succeeded();
    tree
}

const ARGUMENTS: [&str; 3] = ["--library-path", "d", "main"];

#[test]
fn symbols_that_are_missing_are_told_with_the_library_and_what_to_do() {
    let tree = tree("-Wl,-z,now");
    let ran = explain(&tree, &ARGUMENTS);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for text in [
        "\nwould not start\n",
        "liba.so has no symbols f1, f2, f3 and 2 more (needed by main)",
        "It is another version of liba.so than was there when main was built: ",
        "ldshim locate liba.so; to have one of them: ldshim pin --select liba.so=PACKAGE main",
    ] {
        assert!(ran.stdout.contains(text), "{text}: {ran:?}");
    }
    let report = json(&tree, &ARGUMENTS);
    let problem = &report["problems"][0];
    assert_eq!(problem["problem"], "missing-symbols");
    assert_eq!(problem["symbols"].as_array().unwrap().len(), 5);
    let library = problem["library"].as_u64().unwrap() as usize;
    assert_eq!(report["objects"][library]["names"][0], "liba.so");
    assert_eq!(problem["needed_by"][0], 0);
}

#[test]
fn functions_that_are_bound_when_they_are_called_do_not_count() {
    let ran = explain(&tree("-Wl,-z,lazy"), &ARGUMENTS).succeeded();
    assert!(ran.stdout.contains("\nwould start\n"), "{ran:?}");
}

#[test]
fn a_library_by_itself_may_have_its_symbols_of_whoever_loads_it() {
    let tree = tree("-Wl,-z,now");
    tree.file(
        "plugin.c",
        "int of_program(void); int start(void) { return of_program(); }",
    );
    tree.cc(&[
        "-shared",
        "-fPIC",
        "-o",
        "plugin.so",
        "plugin.c",
        "-Wl,-z,now",
    ]);
    let ran = explain(&tree, &["--library-path", "d", "plugin.so"]).succeeded();
    assert!(ran.stdout.contains("\nwould load\n"), "{ran:?}");
}
