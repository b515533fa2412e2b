//! Where the stub is, for programs that name unusual loaders.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::setup::{Setup, failure_of};

/// Compiles a program that asks for this loader and exits with 42.
fn program_with_loader(setup: &Setup, loader: &Path) -> PathBuf {
    let (source, program) = (setup.path("main.c"), setup.program("main"));
    fs::write(&source, "int main(void) { return 42; }").unwrap();
    let mut compile = Command::new("cc");
    compile.arg(&source).arg("-o").arg(&program);
    compile.arg(format!("-Wl,--dynamic-linker={}", loader.display()));
    assert!(compile.status().unwrap().success());
    program
}

#[test]
fn the_stub_is_where_the_program_looks_for_a_loader() {
    let setup = Setup::new(&[]);
    let program = program_with_loader(&setup, Path::new("/lib/ld-other.so.9"));
    assert!(
        Command::new(&program).status().is_err(),
        "this host has no such loader"
    );
    for options in [&[][..], &["--isolate"]] {
        assert_eq!(
            failure_of(setup.run(options).arg(&program)),
            (Some(42), String::new())
        );
    }
}

#[test]
fn isolated_the_stub_is_also_at_a_place_deep_down() {
    let setup = Setup::new(&[]);
    let program = program_with_loader(&setup, Path::new("/opt/somewhere/lib/ld.so"));
    assert_eq!(
        failure_of(setup.run(["--isolate"]).arg(&program)),
        (Some(42), String::new())
    );
    let (status, message) = failure_of(&mut setup.run([&program]));
    assert_eq!(status, Some(127));
    assert!(
        message.contains("/opt/somewhere/lib/ld.so is missing"),
        "{message}"
    );
}

#[test]
fn a_program_that_brings_its_own_loader_keeps_it() {
    let setup = Setup::new(&[]);
    let own = setup.program("ld.so");
    let program = program_with_loader(&setup, &own);
    assert_eq!(failure_of(&mut setup.run([&program])).0, Some(127));
    let real = ldshim::elf::interpreter(Path::new(env!("CARGO_BIN_EXE_ldshim")))
        .unwrap()
        .unwrap();
    fs::copy(real, &own).unwrap();
    assert_eq!(
        failure_of(&mut setup.run([&program])),
        (Some(42), String::new())
    );
}
