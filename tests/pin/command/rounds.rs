//! Libraries that come in and miss others.

use super::ground::Ground;
use crate::nix::text;

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
