//! Debuggers and other tools with a bundled program.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::common::Ran;
use crate::made::{Made, clean};

fn bundled(flags: &[&str]) -> (Made, PathBuf) {
    let made = Made::new();
    made.compile("report.c", "report", flags);
    let moved = made.moved(&[], &["report"]);
    (made, moved)
}

#[test]
fn gdb_stops_at_main_and_knows_the_libraries() {
    for flags in [&["-g"][..], &["-g", "-no-pie"]] {
        let (_made, moved) = bundled(flags);
        let mut gdb = Command::new("gdb");
        gdb.args([
            "-batch",
            "-nx",
            "-ex",
            "set debuginfod enabled off",
            "-ex",
            "break main",
            "-ex",
            "run",
        ]);
        gdb.args(["-ex", "backtrace", "-ex", "info sharedlibrary"])
            .arg(moved.join("bin/report"));
        let said = Ran::of(&mut gdb).succeeded().stdout;
        assert!(said.contains("#0  main (argc=1"), "{said}");
        assert!(said.contains("lib/libc.so.6"), "{said}");
    }
}

#[test]
fn strip_leaves_the_entry_in() {
    let (made, moved) = bundled(&[]);
    let file = fs::canonicalize(moved.join("bin/report")).unwrap();
    let short = made.at("short");
    Ran::of(Command::new("strip").arg("-o").arg(&short).arg(&file)).succeeded();
    fs::copy(&short, &file).unwrap();
    Ran::of(&mut clean(&file)).succeeded();
}

#[test]
fn readelf_has_nothing_to_say_against_it() {
    let (_made, moved) = bundled(&[]);
    let ran = Ran::of(
        Command::new("readelf")
            .args(["-lSW", "--"])
            .arg(moved.join("bin/report")),
    )
    .succeeded();
    assert_eq!(ran.stderr, "");
    assert!(
        ran.stdout.contains(".ldshim.entry") && !ran.stdout.contains("INTERP"),
        "{}",
        ran.stdout
    );
}
