//! Libraries that come in and miss others.

use super::ground::Ground;
use crate::nix::text;
use crate::world::compile;

/// A package whose library `a` needs `b`, which another package has.
fn needing(ground: &Ground) -> [std::path::PathBuf; 2] {
    let b = ground.library("b", "b", "40", &[]);
    let source = "({ extern int b(void); b() + 2; })";
    ground.library("a", "a", source, &[text(&b)]);
    ["a", "b"].map(|it| ground.store(it))
}

pub fn what_a_chosen_library_misses_is_chosen_as_well() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let [a, b] = needing(&ground);
    ground.add_to_index(&[&a, &b]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    let then = format!(
        "{}: missing then (needed by {})",
        ground.soname("b"),
        ground.soname("a")
    );
    assert!(said.contains(&then), "{then:?} is not in {said}");
    ground.prints(&program, &[42]);
}

pub fn what_nobody_has_is_an_error() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let [a, b] = needing(&ground);
    ground.add_to_index(&[&a]);
    let expected = format!(
        "no package in the index has {0} (needed by {1}); \
         if you know one, name it: --select {0}=ATTR",
        ground.soname("b"),
        ground.soname("a")
    );
    ground.pin(&["./program"]).failed_with(&expected);
    let select = format!("{}={}", ground.soname("b"), b.display());
    ground.pin(&["--select", &select, "./program"]).succeeded();
    ground.prints(&program, &[42]);
}

/// Whoever misses `liba.so.1`, which became `liba.so.7`, is told so.
pub fn another_version_that_packages_have_is_named() {
    let ground = Ground::new();
    ground.program("program", &["a"]);
    let package = ground.path("newer");
    let lib = package.join("lib");
    std::fs::create_dir_all(&lib).expect("a folder");
    let newer = ground.soname("a").replace(".so.1", ".so.7");
    std::fs::copy(ground.library("p", "a", "1", &[]), lib.join(&newer)).expect("a copy");
    ground.add_to_index(&[&ground.store("newer")]);
    let told = ground
        .pin(&["./program"])
        .failed_with("no package in the index has");
    for text in [&newer, "another ABI", "an older nixpkgs may have it"] {
        assert!(told.stderr.contains(text), "{text:?} is not in {told:?}");
    }
}

/// A package that has a file of the name changes nothing.
pub fn the_drivers_own_libraries_come_from_no_package() {
    let ground = Ground::new();
    let linked = ground.path("linked");
    std::fs::create_dir_all(linked.join("lib")).expect("a folder");
    let driver = linked.join("lib/libcuda.so.1");
    compile(
        "int cuInit(void) { return 0; }",
        &driver,
        &["-shared", "-fPIC", "-Wl,-soname,libcuda.so.1"],
    );
    let source = "int cuInit(void); int a(void); int main(void) { return cuInit() + a(); }";
    let a = ground.library("p", "a", "1", &[]);
    ground.program_of("program", source, &[text(&driver), text(&a)]);
    ground.add_to_index(&[&ground.store("linked"), &ground.store("p")]);
    let said = ground.pin(&["--dry-run", "./program"]).succeeded().stdout;
    assert!(
        said.contains("libcuda.so.1: missing, and not pinned: it is the graphics driver's own"),
        "{said}"
    );
    assert!(
        said.contains(&format!("{}: missing", ground.soname("a"))),
        "{said}"
    );
    assert_eq!(
        said.matches("from ").count() - said.matches("from a package").count(),
        1,
        "{said}"
    );
    ground
        .pin(&["./program"])
        .failed_with("libcuda.so.1 is missing (needed by program)");
}

pub fn a_package_without_the_library_is_an_error() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let other = ground.package("other", "b", 1);
    let select = format!("{}={}", ground.soname("a"), other.display());
    let told = format!("{} has no {}", other.display(), ground.soname("a"));
    ground
        .pin(&["--select", &select, "./program"])
        .failed_with(&told);
    assert_eq!(ground.settled(&program), "nothing");
}
