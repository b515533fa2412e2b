//! What debuggers and profilers see of an edited file: the same as of the original.

use std::path::Path;
use std::process::Command;

use crate::common::Ran;
use crate::made::{DENSE, Made, PADDED, large_path, patch};

/// What gdb says of the libraries of a program that is stopped in `main`, by their names.
fn libraries(program: &Path) -> Vec<String> {
    let mut gdb = Command::new("gdb");
    gdb.args([
        "-nx",
        "-batch",
        "-ex",
        "set startup-with-shell off",
        "-ex",
        "break main",
        "-ex",
        "run",
    ]);
    let ran = Ran::of(gdb.args(["-ex", "info sharedlibrary"]).arg(program));
    assert!(ran.stdout.contains("Breakpoint 1, "), "{ran:?}");
    let paths = ran.stdout.lines().filter(|it| it.starts_with("0x"));
    paths
        .filter_map(|it| it.rsplit('/').next().map(str::to_owned))
        .collect()
}

/// The build-id that a file has.
fn build_id(file: &Path) -> String {
    let ran = Ran::of(Command::new("readelf").arg("-nW").arg(file)).succeeded();
    let line = ran.stdout.lines().find(|it| it.contains("Build ID"));
    line.expect("a build-id").to_owned()
}

#[test]
fn libraries_in_a_debugger_and_the_build_id_are_as_before() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(&[flags, &["-g", "-Wl,--build-id=sha1"]].concat());
        let before = (
            libraries(&made.app()),
            build_id(&made.app()),
            build_id(&made.library()),
        );
        assert!(before.0.iter().any(|it| it == "libmade.so"), "{before:?}");
        let path = format!("$ORIGIN:{}", large_path());
        drop(
            patch(
                &["--set-rpath", &path, "--add-debug-tag"],
                &[&made.app(), &made.library()],
            )
            .succeeded(),
        );
        let after = (
            libraries(&made.app()),
            build_id(&made.app()),
            build_id(&made.library()),
        );
        assert_eq!(after, before);
    }
}

#[test]
fn symbols_of_sections_that_moved_are_in_them() {
    let made = Made::new(&[DENSE, &["-Wl,--emit-relocs"]].concat());
    let symbols = |file: &Path| {
        let ran = Ran::of(Command::new("readelf").arg("-sW").arg(file)).succeeded();
        let words = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            (words.len() > 7).then(|| (words[3].clone(), words[6].clone(), words[7..].join(" ")))
        };
        ran.stdout.lines().filter_map(words).collect::<Vec<_>>()
    };
    let before = symbols(&made.app());
    drop(
        patch(
            &["--set-rpath", &format!("$ORIGIN:{}", large_path())],
            &[&made.app()],
        )
        .succeeded(),
    );
    assert_eq!(symbols(&made.app()), before);
    // The symbol of the dynamic string table has the address of its section.
    let sections = Ran::of(Command::new("readelf").arg("-SW").arg(made.app())).stdout;
    let section = sections
        .lines()
        .find(|it| it.contains(" .dynstr "))
        .expect("a string table");
    let address = section
        .split_whitespace()
        .find(|it| it.len() == 16)
        .expect("its address")
        .to_owned();
    let symbols = Ran::of(Command::new("readelf").arg("-sW").arg(made.app())).stdout;
    let symbol = symbols
        .lines()
        .find(|it| it.contains("SECTION") && it.ends_with(" .dynstr"));
    assert!(
        symbol.expect("its symbol").contains(&address),
        "{symbol:?} is not at {address}"
    );
}
