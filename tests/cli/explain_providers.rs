//! Which packages have missing libraries, as `ldshim explain` says

use serde_json::Value;

use crate::library_tree::{LibraryTree, Ran, architecture, loader};
use crate::locate::Home;
use crate::nix_index::{Database, Package};

/// A program that misses `liba.so`.
fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file("main.c", "int a(void); int main(void) { return a(); }");
    tree.cc(&["-shared", "-o", "liba.so", "a.c"]);
    tree.file("bin/.keep", "");
    tree.cc(&["-o", "bin/main", "main.c", "-L.", "-la"]);
    tree
}

/// A home whose index has `liba.so` in so many packages.
fn home(packages: usize) -> Home {
    home_for(architecture().nix_system, packages)
}

fn home_for(system: &str, packages: usize) -> Home {
    let mut database = Database::new(Vec::new(), 1).unwrap();
    let attributes = ["p1", "p2", "p3", "p4", "p5", "p6", "p7"];
    for (attribute, digit) in attributes[..packages].iter().zip("0123456".chars()) {
        let package = Package {
            system,
            ..Package::new(digit, attribute, "p-1")
        };
        database
            .package(&package, [("1x", "/lib/liba.so")])
            .unwrap();
    }
    Home::with_index_of(&database.finish().unwrap())
}

fn explain(home: &Home, tree: &LibraryTree, args: &[&str]) -> Ran {
    let loader = loader();
    let first = ["explain", "--loader", loader.to_str().unwrap()];
    let mut command = home.command(&[&first[..], args].concat());
    Ran::of(command.current_dir(tree.path("")))
}

fn json(home: &Home, tree: &LibraryTree, args: &[&str]) -> Value {
    let ran = explain(home, tree, &[&["--json"], args].concat());
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn the_packages_of_a_missing_library_are_named() {
    let (home, tree) = (home(2), tree());
    let text = explain(&home, &tree, &["bin/main"]).stdout;
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let missing = lines
        .iter()
        .position(|it| it.starts_with("problem  liba.so is missing"));
    let after = &lines[missing.unwrap() + 1..];
    assert!(
        after[0].starts_with("p1.out") && after[0].ends_with("-p-1/lib/liba.so"),
        "{text}"
    );
    assert!(after[1].starts_with("p2.out"), "{text}");
    assert_eq!(
        after[2],
        "do       To give it packages that have what is missing: ldshim pin bin/main"
    );
    let problem = &json(&home, &tree, &["bin/main"])["problems"][0];
    assert_eq!(problem["providers"][1]["attribute"], "p2");
    assert_eq!(problem["more_providers"], 0);
}

#[test]
fn of_many_packages_the_best_few_are_named() {
    let (home, tree) = (home(7), tree());
    let text = explain(&home, &tree, &["bin/main"]).stdout;
    assert!(
        text.contains("p5.out") && !text.contains("p6.out"),
        "{text}"
    );
    assert!(
        text.contains("and 2 more: ldshim locate liba.so\n"),
        "{text}"
    );
    let problem = &json(&home, &tree, &["bin/main"])["problems"][0];
    assert_eq!(problem["providers"].as_array().unwrap().len(), 5);
    assert_eq!(problem["more_providers"], 2);
}

#[test]
fn of_a_directory_tree_each_missing_library_is_said_once() {
    let (home, tree) = (home(1), tree());
    tree.cc(&["-o", "bin/other", "main.c", "-L.", "-la"]);
    let text = explain(&home, &tree, &["--all", "bin"]).stdout;
    assert_eq!(text.matches("p1.out").count(), 1, "{text}");
    let report = json(&home, &tree, &["--all", "bin"]);
    assert_eq!(report["missing"][0]["providers"][0]["attribute"], "p1");
}

#[test]
fn a_missing_library_that_no_package_has_is_said_to_be_so() {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file("main.c", "int a(void); int main(void) { return a(); }");
    tree.cc(&["-shared", "-o", "libother.so", "a.c"]);
    tree.cc(&["-o", "main", "main.c", "-L.", "-lother"]);
    let home = home(1);
    let text = explain(&home, &tree, &["main"]).stdout;
    assert!(text.contains("no package in the index has it"), "{text}");
}

#[test]
fn without_an_index_one_line_says_how_to_get_one() {
    let (home, tree) = (Home::new(), tree());
    let ran = explain(&home, &tree, &["bin/main"]);
    assert_eq!((ran.code, &*ran.stderr), (Some(1), ""));
    let said = ran.stdout.matches("ldshim index update\n");
    assert_eq!(said.count(), 1, "{ran:?}");
    let problem = &json(&home, &tree, &["bin/main"])["problems"][0];
    assert!(problem["providers"].is_null());
    assert!(problem["more_providers"].is_null());
}

#[test]
fn the_index_does_not_matter_where_nothing_is_missing() {
    let (home, tree) = (Home::new(), tree());
    let index = home.0.path().join(".cache/ldshim/index");
    std::fs::create_dir_all(&index).unwrap();
    std::fs::write(index.join("nixpkgs"), "damaged").unwrap();
    let ran = explain(&home, &tree, &["--library-path", ".", "bin/main"]);
    assert!(ran.stdout.contains("\nwould start\n\n"), "{ran:?}");
    let ran = explain(&home, &tree, &["bin/main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("ldshim index update"), "{ran:?}");
}

#[test]
fn packages_for_another_system_are_said_to_be_such() {
    let tree = tree();
    let warning = |home: &Home| {
        let text = explain(home, &tree, &["bin/main"]).stdout;
        text.contains("The index is about packages for riscv64-linux; take")
    };
    assert!(!warning(&home(1)));
    assert!(warning(&home_for("riscv64-linux", 1)));
}

/// What `ldshim explain` says of a program that misses a library, with an index of a package that has another.
fn said_of(missing: &str, there: &str) -> (String, Value) {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file("main.c", "int a(void); int main(void) { return a(); }");
    let soname = format!("-Wl,-soname,{missing}");
    tree.cc(&["-shared", "-o", "libold.so", "a.c", &soname]);
    tree.cc(&["-o", "main", "main.c", "-L.", "-lold"]);
    let mut database = Database::new(Vec::new(), 1).unwrap();
    let package = Package::new('0', "some", "some-1");
    let path = format!("/lib/{there}");
    database.package(&package, [("1x", &*path)]).unwrap();
    let home = Home::with_index_of(&database.finish().unwrap());
    let text = explain(&home, &tree, &["main"]).stdout;
    (text, json(&home, &tree, &["main"])["problems"][0].clone())
}

#[test]
fn another_version_that_packages_have_is_named() {
    let (text, problem) = said_of("libgadget.so.2", "libgadget.so.16");
    assert!(text.contains("libgadget.so.16 is in some.out"), "{text}");
    assert!(text.contains("another ABI"), "{text}");
    assert_eq!(problem["other_versions"][0]["name"], "libgadget.so.16");
    let (text, problem) = said_of("libgadget.so.2", "libgizmo.so.2");
    assert!(text.contains("no package in the index has it\n"), "{text}");
    assert_eq!(problem["other_versions"].as_array().unwrap().len(), 0);
}

#[test]
fn the_drivers_own_libraries_come_from_no_package() {
    let (text, problem) = said_of("libcuda.so.1", "libcuda.so.1");
    assert!(text.contains("it is the graphics driver's own"), "{text}");
    assert!(!text.contains("some.out"), "{text}");
    assert_eq!(problem["is_of_driver"], true);
}

/// Where several are missing that one preset of the NixOS module has.
#[test]
fn a_preset_that_has_what_is_missing_is_named() {
    let (home, tree) = (home(1), LibraryTree::new());
    tree.file("a.c", "int a;");
    tree.file("main.c", "int main(void) { return 0; }");
    tree.file("bin/.keep", "");
    // Some of these a host may have.
    let names = [
        "libxcb-icccm.so.4",
        "libxcb-keysyms.so.1",
        "libxcb-cursor.so.0",
        "libxcb-render-util.so.0",
        "libxcb-image.so.0",
        "libxcb-ewmh.so.2",
    ];
    let others = ["libnone1.so", "libnone2.so"];
    let soname = |name: &str| format!("-Wl,-soname,{name}");
    for name in names.iter().chain(&others) {
        tree.cc(&["-shared", &soname(name), "-o", name, "a.c"]);
    }
    let mut linked = vec!["-Wl,--no-as-needed", "-o", "bin/main", "main.c"];
    linked.extend(&names);
    tree.cc(&linked);
    let advice = "programs.nix-ld.presets = [ \"qt\" ]; has all of them.";
    for arguments in [&["bin/main"][..], &["--all", "bin"]] {
        let text = explain(&home, &tree, arguments).stdout;
        assert!(text.contains(advice), "{text}");
    }
    linked.truncate(4);
    linked.extend(&others);
    tree.cc(&linked);
    let text = explain(&home, &tree, &["bin/main"]).stdout;
    assert!(text.contains("libnone2.so is missing"), "{text}");
    assert!(!text.contains("presets"), "{text}");
}
