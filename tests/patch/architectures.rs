//! The same edits for each architecture, run by QEMU with that architecture's real loader.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Platform, Ran};
use crate::made::{DENSE, Made, PADDED, STORE_PATH, patch};

const LIBRARY: &str = "static __thread int count = 41; __attribute__((constructor)) static void start(void) { count++; }\n\
                       int value(void) { return count; }";
const PROGRAM: &str =
    "#include <stdio.h>\nint value(void);\nint main(void) { printf(\"%d\", value()); return 0; }";

fn build(platform: &Platform, made: &Made, flags: &[&str]) {
    made.write("library.c", LIBRARY);
    made.write("program.c", PROGRAM);
    let compile = |output: &str, source: &str, more: &[&str]| {
        let mut compiler = Command::new(platform.tool("gcc"));
        let compiler = compiler
            .arg("-o")
            .arg(made.path(output))
            .arg(made.path(source))
            .args(flags)
            .args(more);
        drop(Ran::of(compiler).succeeded());
    };
    compile(
        "libmade.so",
        "library.c",
        &["-shared", "-fPIC", "-Wl,-soname,libmade.so"],
    );
    let library = made.library();
    compile(
        "app",
        "program.c",
        &[library.to_str().unwrap(), "-Wl,-rpath,$ORIGIN"],
    );
}

/// Runs a program by QEMU's user mode, with the loader of the store.
fn run(platform: &Platform, program: &Path) -> Ran {
    let mut command = match platform.is_host() {
        true => Command::new(platform.loader()),
        false => Command::new(format!("qemu-{}-static", platform.qemu)),
    };
    if !platform.is_host() {
        command.arg(platform.loader());
    }
    let folder = platform.glibc_folder();
    Ran::of(
        command
            .arg("--library-path")
            .arg(folder)
            .arg(program)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LD_BIND_NOW", "1"),
    )
}

#[test]
fn programs_of_each_work_after_edits() {
    for platform in Platform::available() {
        for flags in [PADDED, DENSE] {
            let made = Made::empty();
            build(platform, &made, flags);
            let originals = [made.app(), made.library()].map(|it| fs::read(it).unwrap());
            let works = |what: &str| {
                let ran = run(platform, &made.app());
                let result = (ran.stdout.as_str(), ran.stderr.as_str());
                assert_eq!(result, ("42", ""), "{} {flags:?}: {what}", platform.name);
            };
            works("as it was built");
            let long = format!("$ORIGIN:{STORE_PATH}{}", "/x".repeat(1000));
            let edits: [&[&str]; 6] = [
                &["--set-rpath", &long],
                &["--add-needed", "libm.so.6"],
                &["--set-interpreter", &format!("{STORE_PATH}/ld.so")],
                &["--set-execstack"],
                &["--clear-execstack", "--no-default-lib"],
                &["--set-rpath", "$ORIGIN"],
            ];
            for edit in edits {
                drop(patch(edit, &[&made.app()]).succeeded());
                works(&edit.join(" "));
            }
            drop(
                patch(
                    &["--set-soname", &"long".repeat(600), "--add-debug-tag"],
                    &[&made.library()],
                )
                .succeeded(),
            );
            works("another soname");
            check_segments(platform, &made.app());
            for (file, original) in [made.app(), made.library()].iter().zip(&originals) {
                drop(patch(&["--undo"], &[file]).succeeded());
                assert!(
                    fs::read(file).unwrap() == *original,
                    "{} {flags:?}",
                    platform.name
                );
            }
        }
    }
}

/// What is mapped lies in memory as in the file, whatever page size the architecture's kernel has.
fn check_segments(platform: &Platform, file: &Path) {
    let page = if platform.name == "aarch64" {
        0x10000
    } else {
        0x1000
    };
    let ran = Ran::of(Command::new("readelf").arg("-lW").arg(file));
    let number = |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap();
    let mut end = 0;
    for line in ran
        .stdout
        .lines()
        .filter(|it| it.trim_start().starts_with("LOAD "))
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (offset, address, size) = (number(words[1]), number(words[2]), number(words[5]));
        assert_eq!(offset % page, address % page, "{} {line}", platform.name);
        assert!(
            address / page * page >= end || platform.name != "aarch64",
            "{} {line}",
            platform.name
        );
        end = address + size;
    }
}
