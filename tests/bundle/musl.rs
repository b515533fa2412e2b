//! Programs of musl.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Ran, store_path};
use crate::made::{Made, bare, clean};

/// A program of musl with a library of its own, and a loader by the name that musl's has.
fn program(made: &Made) -> PathBuf {
    let loader = made.at("ld-musl-x86_64.so.1");
    symlink(store_path("musl").join("lib/libc.so"), &loader).unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bundle/programs");
    let compile = |arguments: &[&str]| {
        let mut command = Command::new("musl-gcc");
        Ran::of(command.args(arguments).current_dir(made.at(""))).succeeded();
    };
    let source = |name: &str| sources.join(name).to_str().unwrap().to_owned();
    fs::create_dir(made.at("private")).unwrap();
    compile(&[
        "-shared",
        "-fPIC",
        "-DANSWER=5",
        &source("answer.c"),
        "-o",
        "private/libanswer.so",
    ]);
    let loader = format!("-Wl,--dynamic-linker={}", loader.display());
    let flags = [
        "-Lprivate",
        "-lanswer",
        "-Wl,-rpath,$ORIGIN/private",
        &loader,
    ];
    compile(&[&[source("asks.c").as_str(), "-o", "asks"], &flags[..]].concat());
    made.at("asks")
}

#[test]
fn a_program_of_musl_finds_its_libraries_with_and_without_proc() {
    let made = Made::new();
    let original = program(&made);
    assert_eq!(Ran::of(&mut clean(original)).succeeded().stdout, "5\n");
    let moved = made.moved(&[], &["asks"]);
    fs::remove_dir_all(made.at("private")).unwrap();
    assert_eq!(
        Ran::of(&mut clean(moved.join("bin/asks")))
            .succeeded()
            .stdout,
        "5\n"
    );
    for root in [bare(&moved), bare(&moved).bind("/proc", "/proc")] {
        let mut command = clean("/somewhere/bin/asks");
        root.apply_to(&mut command, "/");
        assert_eq!(Ran::of(&mut command).succeeded().stdout, "5\n");
    }
}

#[test]
fn no_directory_of_the_host_is_in_musls_loader() {
    let made = Made::new();
    program(&made);
    let moved = made.moved(&[], &["asks"]);
    let bytes = fs::read(moved.join("lib/ld.so")).unwrap();
    for text in ["/lib:/usr/local/lib:/usr/lib", "/etc/ld-musl"] {
        assert_eq!(
            memchr::memmem::find(&bytes, text.as_bytes()),
            None,
            "{text}"
        );
    }
}
