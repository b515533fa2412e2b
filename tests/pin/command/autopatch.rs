//! `ldshim autopatch --from-index`: packages for a tree outside of Nix builds.

use std::fs;
use std::path::PathBuf;

use super::ground::{Ground, Ran};
use crate::common;
use crate::nix::{self, text};

/// A tree with a program that misses a library. It names a loader that is not there.
fn tree(ground: &Ground) -> (PathBuf, Vec<u8>) {
    fs::create_dir_all(ground.path("tree/bin")).expect("a folder");
    let program = ground.program("tree/bin/program", &["a"]);
    let mut patch = ground.command(&["patch", "--no-undo", "--set-interpreter", "/nowhere/ld.so"]);
    Ran::of(patch.arg(&program)).succeeded();
    let bytes = fs::read(&program).expect("a program");
    (program, bytes)
}

fn autopatch(ground: &Ground, arguments: &[&str]) -> Ran {
    let mut command = ground.command(&[&["autopatch"], arguments].concat());
    Ran::of(command.env_remove("NIX_BINTOOLS"))
}

pub fn programs_get_the_loader_and_packages_that_are_kept() {
    let ground = Ground::new();
    let (program, before) = tree(&ground);
    let package = ground.package("p", "a", 42);
    ground.add_to_index(&[&package]);
    let said = autopatch(&ground, &["--from-index", "tree"])
        .succeeded()
        .stdout;
    assert!(
        said.contains("because: the only package that has it"),
        "{said}"
    );
    ground.prints(&program, &[42]);
    let bytes = fs::read(&program).expect("a program");
    let loader = common::platform().loader();
    let has = |it: &str| memchr::memmem::find(&bytes, it.as_bytes()).is_some();
    assert!(has(text(&loader)) && has(text(&package)));
    let roots = || nix::run("nix-store", &["--query", "--roots", text(&package)]);
    assert!(roots().contains("tree/.ldshim-packages"), "{}", roots());
    autopatch(&ground, &["--undo", "tree"]).succeeded();
    assert_eq!(fs::read(&program).expect("a program"), before);
    assert_eq!(roots(), "");
}

pub fn a_dry_run_changes_nothing() {
    let ground = Ground::new();
    let (program, before) = tree(&ground);
    ground.add_to_index(&[&ground.package("p", "a", 42)]);
    let said = autopatch(&ground, &["--from-index", "--dry-run", "tree"])
        .succeeded()
        .stdout;
    assert!(said.contains("-> found: "), "{said}");
    assert_eq!(fs::read(&program).expect("a program"), before);
    assert!(!ground.path("tree/.ldshim-packages").exists());
}

pub fn what_no_package_has_is_told_and_the_rest_is_done() {
    let ground = Ground::new();
    let (_, _) = tree(&ground);
    let other = ground.program("tree/bin/other", &["b"]);
    ground.add_to_index(&[&ground.package("p", "b", 7)]);
    let ran = autopatch(&ground, &["--from-index", "tree"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let line = format!("could not satisfy dependency {}", ground.soname("a"));
    assert!(ran.stdout.contains(&line), "{ran:?}");
    ground.prints(&other, &[7]);
}

pub fn without_an_index_it_is_told_how_to_get_one() {
    let ground = Ground::new();
    tree(&ground);
    autopatch(&ground, &["--from-index", "tree"]).failed_with("there is no index");
}
