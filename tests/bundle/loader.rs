//! The bundle's loader takes nothing of the host unless it is told to.

use std::fs;
use std::path::Path;

use crate::common::Ran;
use crate::made::{Made, clean};

/// A library that this host's loader finds, and that no program here needs.
const OF_HOST: &str = "libz.so.1";

fn load(program: &Path, name: &str) -> String {
    Ran::of(clean(program).arg(name)).succeeded().stdout
}

#[test]
fn a_library_of_the_host_is_not_found() {
    let made = Made::new();
    let program = made.compile("loads.c", "loads", &[]);
    assert!(
        load(&program, OF_HOST).starts_with('/'),
        "a host without {OF_HOST}"
    );
    let moved = made.moved(&[], &["loads"]);
    let answer = load(&moved.join("bin/loads"), OF_HOST);
    assert!(
        answer.contains("cannot open shared object file"),
        "{answer}"
    );
    // One of the bundle is.
    let answer = load(&moved.join("bin/loads"), "libc.so.6");
    assert!(
        answer.contains("/lib/libc.so.6") && answer.starts_with(made.at("").to_str().unwrap()),
        "{answer}"
    );
}

#[test]
fn a_library_of_the_host_is_found_if_it_is_to_be() {
    let made = Made::new();
    made.compile("loads.c", "loads", &[]);
    let moved = made.moved(&["--host-libs", "libz"], &["loads"]);
    let answer = load(&moved.join("bin/loads"), OF_HOST);
    assert!(
        answer.starts_with("/lib") || answer.starts_with("/usr/lib"),
        "{answer}"
    );
}

#[test]
fn no_directory_of_the_host_is_in_the_loader() {
    let made = Made::new();
    made.compile("loads.c", "loads", &[]);
    let moved = made.moved(&[], &["loads"]);
    let bytes = fs::read(moved.join("lib/ld.so")).unwrap();
    for text in [
        "/etc/ld.so.cache\0",
        "/etc/ld.so.preload\0",
        "\0/lib/\0",
        "\0/usr/lib/\0",
    ] {
        assert_eq!(
            memchr::memmem::find(&bytes, text.as_bytes()),
            None,
            "{text:?}"
        );
    }
}

#[test]
fn the_users_own_search_path_counts() {
    let made = Made::new();
    made.compile("loads.c", "loads", &[]);
    made.compile(
        "answer.c",
        "own/libanswer.so",
        &["-shared", "-fPIC", "-DANSWER=1"],
    );
    let moved = made.moved(&[], &["loads"]);
    let mut command = clean(moved.join("bin/loads"));
    command
        .arg("libanswer.so")
        .env("LD_LIBRARY_PATH", made.at("own"));
    let ran = Ran::of(&mut command).succeeded();
    assert!(ran.stdout.ends_with("own/libanswer.so\n"), "{ran:?}");
}
