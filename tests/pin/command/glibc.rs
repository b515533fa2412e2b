//! A program that needs a newer glibc than the one in use.

use std::path::{Path, PathBuf};

use super::ground::Ground;
use crate::common;

/// The glibc of an older Debian.
fn old_glibc() -> PathBuf {
    let link = common::target().join("glibcs/bullseye/packages/libc6");
    let path = link.canonicalize();
    path.unwrap_or_else(|error| {
        panic!("{}: {error}; run `cargo xtask fetch` first", link.display())
    })
}

/// Programs of this machine ask for the `__libc_start_main` of glibc 2.34.
fn too_new(ground: &Ground) -> PathBuf {
    ground.use_glibc(&old_glibc());
    let plain = ground.program("plain", &[]);
    ground.does_not_start(&plain, "version `GLIBC_2.34' not found");
    ground.program("program", &["a"])
}

fn loader_of(ground: &Ground, program: &Path) -> PathBuf {
    let pins = ground.path("state/ldshim/pins");
    let loader = pins.join(ground.identity(program)).join("ld.so");
    loader.canonicalize().expect("a loader")
}

pub fn a_newer_glibc_comes_with_its_loader() {
    let ground = Ground::new();
    let program = too_new(&ground);
    let glibc = common::store_path("libc6");
    ground.add_to_index(&[&glibc, &ground.package("p", "a", 4)]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    for part in [
        "libc.so.6: lacks GLIBC_2.34",
        "with its loader",
        &format!("from {}", glibc.display()),
    ] {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
    assert!(loader_of(&ground, &program).starts_with(&glibc));
    ground.prints(&program, &[4]);
}

pub fn no_glibc_that_is_new_enough_is_an_error() {
    let ground = Ground::new();
    let program = too_new(&ground);
    ground.add_to_index(&[&old_glibc(), &ground.package("p", "a", 4)]);
    ground.pin(&["./program"]).failed_with("none offers");
    assert_eq!(ground.settled(&program), "nothing");
}
