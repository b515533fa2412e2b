//! A program that needs a newer glibc than the one in use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ground::{Ground, Ran};
use crate::common;
use crate::nix::text;

/// The glibc of another Debian.
fn glibc_of(suite: &str) -> PathBuf {
    let link = common::target()
        .join("glibcs")
        .join(suite)
        .join("packages/libc6");
    let path = link.canonicalize();
    path.unwrap_or_else(|error| {
        panic!("{}: {error}; run `cargo xtask fetch` first", link.display())
    })
}

/// Programs of this machine ask for the `__libc_start_main` of glibc 2.34.
fn too_new(ground: &Ground) -> PathBuf {
    ground.use_glibc(&glibc_of("bullseye"));
    let plain = ground.program("plain", &[]);
    ground.does_not_start(&plain, "version `GLIBC_2.34' not found");
    ground.program("program", &["a"])
}

fn loader_of(ground: &Ground, program: &Path) -> PathBuf {
    let loader = loader_link(ground, program);
    loader.canonicalize().expect("a loader")
}

fn loader_link(ground: &Ground, program: &Path) -> PathBuf {
    let pins = ground.path("state/ldshim/pins");
    pins.join(ground.identity(program)).join("ld.so")
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
    let old = glibc_of("bullseye");
    assert!(
        old.join("lib/libnss_compat.so.2").exists(),
        "works with its own glibc only"
    );
    let pin = loader_link(&ground, &program).with_file_name("");
    for entry in fs::read_dir(pin).expect("the pin") {
        let path = entry.expect("a library").path();
        // The link `ld.so.cache.place` is a text and leads nowhere.
        let file = path.canonicalize().unwrap_or_default();
        assert!(!file.starts_with(&old), "{}", path.display());
    }
    ground.prints(&program, &[4]);
}

/// For a program that would do with the one in use.
pub fn a_glibc_can_be_selected() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let package = ground.package("p", "a", 4);
    ground.add_to_index(&[&package]);
    ground.pin(&["./program"]).succeeded();
    assert!(loader_of(&ground, &program).starts_with(common::store_path("libc6")));
    let glibc = glibc_of("trixie");
    let select = format!("libc.so.6={}", glibc.display());
    ground.pin(&["--select", &select, "./program"]).succeeded();
    assert!(loader_of(&ground, &program).starts_with(&glibc));
    ground.prints(&program, &[4]);
}

pub fn no_glibc_that_is_new_enough_is_an_error() {
    let ground = Ground::new();
    let program = too_new(&ground);
    ground.add_to_index(&[&glibc_of("bullseye"), &ground.package("p", "a", 4)]);
    ground.pin(&["./program"]).failed_with("none offers");
    assert_eq!(ground.settled(&program), "nothing");
}

/// As a library of nixpkgs is linked, that is newer than the system.
pub fn the_glibc_of_a_chosen_library_is_brought_if_it_is_newer() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let glibc = glibc_of("trixie");
    let answer = r#"({ extern unsigned long strlcpy(char *, const char *, unsigned long);
        char text[4]; (int)strlcpy(text, "1234567", 4); })"#;
    let libc = glibc.join("lib/libc.so.6");
    let path = format!("-Wl,-rpath,{}", glibc.join("lib").display());
    ground.library("p", "a", answer, &["-nostdlib", text(&libc), &path]);
    let package = ground.store("p");
    ground.add_to_index(&[&package]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    let then = format!(
        "libc.so.6: lacks GLIBC_2.38 then (needed by {})",
        ground.soname("a")
    );
    assert!(said.contains(&then), "{then:?} is not in {said}");
    assert!(loader_of(&ground, &program).starts_with(&glibc));
    ground.prints(&program, &[7]);

    // By itself it does not do: with the package alone the program would end at its start.
    let mut command = Command::new(ground.environment().join("ld.so"));
    let folder = package.join("lib");
    let paths = format!("{}:{}", folder.display(), ground.environment().display());
    let ran = Ran::of(command.args(["--library-path", &paths, text(&program)]));
    assert!(
        ran.stderr.contains("version `GLIBC_2.38' not found"),
        "{ran:?}"
    );
}
