//! `ldshim freeze`: a program whose libraries are in many directories, by what its loader opens.

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
#[path = "../patch/made.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod made;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Ran;
use made::{DENSE, Made, PADDED, patch, printed, run};

/// How many libraries there are, each in a directory of its own.
const LIBRARIES: usize = 12;

/// A program that needs the first library, which needs the second, and so on; each searches all directories.
fn chain(flags: &[&str]) -> Made {
    let made = Made::empty();
    let folders: Vec<String> = (0..LIBRARIES)
        .map(|it| made.path(&format!("d{it}")).display().to_string())
        .collect();
    let path = format!("-Wl,-rpath,{},--enable-new-dtags", folders.join(":"));
    let mut next = String::from("0");
    let mut last: Option<PathBuf> = None;
    for number in (0..LIBRARIES).rev() {
        fs::create_dir(&folders[number]).unwrap();
        let source = format!(
            "int f{0}(void); int f{number}(void) {{ return 1 + {next}; }}",
            number + 1
        );
        made.write("library.c", &source);
        let output = format!("d{number}/libf{number}.so");
        let soname = format!("-Wl,-soname,libf{number}.so");
        let script = format!("-Wl,--version-script={}", made.path("map").display());
        made.write(
            "map",
            &format!("F{number} {{ global: f{number}; local: *; }};"),
        );
        let mut all = vec!["-shared", "-fPIC", &soname, &path, &script];
        let before = last.as_ref().map(|it| it.display().to_string());
        all.extend(before.as_deref());
        made.compile(&output, "library.c", &all);
        next = format!("f{number}()");
        last = Some(made.path(&output));
    }
    made.write(
        "program.c",
        "#include <stdio.h>\nint f0(void); int main(void) { printf(\"%d\", f0()); return 0; }",
    );
    let library = last.unwrap().display().to_string();
    let link = format!("-Wl,-rpath-link,{}", folders.join(":"));
    made.compile(
        "app",
        "program.c",
        &[flags, &[&library, &path, &link]].concat(),
    );
    assert_eq!(run(&made.app()).stdout, LIBRARIES.to_string());
    made
}

fn freeze(arguments: &[&str], program: &Path) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    Ran::of(
        command
            .arg("freeze")
            .args(arguments)
            .arg(program)
            .current_dir("/"),
    )
}

/// How many files the loader tries to open that are not there.
fn failing_opens(program: &Path) -> usize {
    let mut strace = Command::new("strace");
    let ran = Ran::of(
        strace
            .args(["-e", "trace=openat,open"])
            .arg(program)
            .env_clear()
            .env("PATH", "/usr/bin:/bin"),
    );
    ran.stderr
        .lines()
        .filter(|it| it.contains("ENOENT") && it.contains("libf"))
        .count()
}

#[test]
fn nothing_is_searched_for_any_more() {
    for flags in [PADDED, DENSE] {
        let made = chain(flags);
        assert!(failing_opens(&made.app()) >= LIBRARIES * (LIBRARIES - 1) / 2);
        let ran = freeze(&[], &made.app()).succeeded();
        assert!(
            ran.stdout
                .contains(&format!("names {} libraries by their paths", LIBRARIES + 1)),
            "{}",
            ran.stdout
        );
        assert_eq!(run(&made.app()).stdout, LIBRARIES.to_string());
        assert_eq!(failing_opens(&made.app()), 0);
        let needed = printed("needed", &made.app());
        assert!(needed.lines().all(|it| it.starts_with('/')), "{needed}");
        // In the order in which they were loaded: the C library, which the program needs itself, is the second.
        assert!(
            needed.lines().next().unwrap().ends_with("/d0/libf0.so"),
            "{needed}"
        );
    }
}

#[test]
fn the_same_again_changes_nothing_and_undo_gives_back_the_program() {
    let made = chain(PADDED);
    let original = fs::read(made.app()).unwrap();
    drop(freeze(&["--dry-run"], &made.app()).succeeded());
    assert!(fs::read(made.app()).unwrap() == original);
    drop(freeze(&[], &made.app()).succeeded());
    let once = fs::read(made.app()).unwrap();
    drop(freeze(&[], &made.app()).succeeded());
    assert!(fs::read(made.app()).unwrap() == once);
    drop(patch(&["--undo"], &[&made.app()]).succeeded());
    assert!(fs::read(made.app()).unwrap() == original);
}

#[test]
fn what_is_kept_is_still_searched_for() {
    let made = chain(PADDED);
    let ran = freeze(&["--keep", "libf0.so"], &made.app()).succeeded();
    assert!(
        ran.stdout
            .contains("libf0.so stays to be searched for: you keep it"),
        "{}",
        ran.stdout
    );
    assert!(
        printed("needed", &made.app())
            .lines()
            .any(|it| it == "libf0.so")
    );
    fs::rename(made.path("d0/libf0.so"), made.path("d5/libf0.so")).unwrap();
    assert_eq!(run(&made.app()).stdout, LIBRARIES.to_string());
    // A negative control: one that is frozen is not found elsewhere.
    fs::rename(made.path("d1/libf1.so"), made.path("d5/libf1.so")).unwrap();
    assert_eq!(run(&made.app()).code, Some(127));
}

#[test]
fn libraries_that_find_the_graphics_driver_are_kept() {
    let made = Made::empty();
    made.write("gl.c", "int gl(void) { return 42; }");
    made.compile(
        "libGL.so.1",
        "gl.c",
        &["-shared", "-fPIC", "-Wl,-soname,libGL.so.1"],
    );
    made.write("program.c", "int gl(void); int main(void) { return gl(); }");
    let library = made.path("libGL.so.1").display().to_string();
    made.compile("app", "program.c", &[&library, "-Wl,-rpath,$ORIGIN"]);
    let ran = freeze(&[], &made.app()).succeeded();
    assert!(
        ran.stdout
            .contains("libGL.so.1 stays to be searched for: it finds the graphics driver"),
        "{}",
        ran.stdout
    );
    assert_eq!(run(&made.app()).code, Some(42));
}

#[test]
fn what_cannot_be_frozen_is_refused_with_the_reason() {
    let made = chain(PADDED);
    let before = fs::read(made.app()).unwrap();
    drop(freeze(&[], &made.path("d3/libf3.so")).failed_with("it names no loader"));
    fs::rename(made.path("d3/libf3.so"), made.path("gone")).unwrap();
    drop(freeze(&[], &made.app()).failed_with("it does not find libf3.so"));
    assert!(fs::read(made.app()).unwrap() == before);
    let mut musl = Command::new("musl-gcc");
    made.write("m.c", "int main(void) { return 0; }");
    drop(Ran::of(musl.arg("-o").arg(made.path("m")).arg(made.path("m.c"))).succeeded());
    drop(freeze(&[], &made.path("m")).failed_with("it is for musl"));
    drop(patch(
        &["--set-interpreter", "/nowhere/ld.so"],
        &[&made.path("app")],
    ));
    drop(freeze(&[], &made.app()).failed_with("freezing needs the program's own loader"));
}
