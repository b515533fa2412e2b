//! The entry inside of a program: what the program can know of its start is as without it.

use std::fs;
use std::path::Path;

use goblin::elf::program_header::PT_INTERP;

use crate::common::Ran;
use crate::made::{Made, clean};

const KINDS: [(&str, &[&str]); 3] = [
    ("pie", &["-O1"]),
    ("fixed", &["-O1", "-no-pie"]),
    // The table of program headers is no part of memory in the first page only.
    (
        "large",
        &[
            "-O1",
            "-Wl,-z,separate-code",
            "-Wl,-z,max-page-size=0x200000",
        ],
    ),
];

fn lines(text: &str, first: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|it| it.strip_prefix(first));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_program_sees_itself_as_before_its_bundle() {
    for (kind, flags) in KINDS {
        let made = Made::new();
        let program = made.compile("report.c", "bin/report", flags);
        let start = |path: &Path| {
            let mut command = clean(path);
            command.arg("a b").env("ODD", "x=y").env("EMPTY", "");
            Ran::of(&mut command).succeeded().stdout
        };
        let before = start(&program);
        let moved = made.moved(&[], &["bin/report"]);
        let after = start(&moved.join("bin/report"));
        for what in ["headers ", "entry ", "data ", "brk ", "variable "] {
            assert_eq!(lines(&before, what), lines(&after, what), "{kind}: {what}");
        }
        assert_eq!(lines(&after, "headers "), ["1 interpreter 1"], "{kind}");
        assert_eq!(lines(&after, "brk "), ["1"], "{kind}");
        let own = fs::canonicalize(moved.join("bin/report")).unwrap();
        assert_eq!(lines(&after, "exe "), [own.to_str().unwrap()], "{kind}");
        assert!(own.starts_with(moved.join("root")));
        let name = moved.join("bin/report");
        assert_eq!(
            lines(&after, "argument "),
            [name.to_str().unwrap(), "a b"],
            "{kind}"
        );
    }
}

#[test]
fn the_kernel_finds_no_loader_in_a_bundled_program() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    let has_loader = |path: &Path| {
        let file = fs::File::open(path).unwrap();
        let segments = ldshim::elf::segments(&file, &ldshim::elf::identify(path).unwrap()).unwrap();
        segments.iter().any(|it| it.kind == PT_INTERP)
    };
    assert!(has_loader(&made.at("report")));
    let moved = made.moved(&[], &["report"]);
    assert!(!has_loader(&moved.join("bin/report")));
}

#[test]
fn children_get_the_environment_byte_for_byte() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    let moved = made.moved(&[], &["report"]);
    let mut command = clean(moved.join("bin/report"));
    command.args(["-c", "cat /proc/self/environ"]);
    command
        .env("LD_LIBRARY_PATH", "/of/user")
        .env("A", "1")
        .env("B", "");
    let ran = Ran::of(&mut command).succeeded();
    let mut variables: Vec<&str> = ran.stdout.split_terminator('\0').collect();
    variables.retain(|it| {
        !["PWD=", "SHLVL=", "OLDPWD=", "_="]
            .iter()
            .any(|own| it.starts_with(own))
    });
    variables.sort_unstable();
    assert_eq!(variables, ["A=1", "B=", "LD_LIBRARY_PATH=/of/user"]);
}

#[test]
fn exceptions_and_ends_of_threads_unwind() {
    for flags in [&["-O1"][..], &["-O1", "-no-pie"]] {
        let made = Made::new();
        made.compile("throws.cc", "throws", flags);
        let moved = made.moved(&[], &["throws"]);
        let ran = Ran::of(&mut clean(moved.join("bin/throws"))).succeeded();
        assert_eq!(ran.stdout, "caught thrown\nended with 3\n");
    }
}

#[test]
fn what_a_program_finds_behind_its_end_is_there_still() {
    let made = Made::new();
    let program = made.compile("report.c", "report", &[]);
    let mut bytes = fs::read(&program).unwrap();
    let place = bytes.len();
    bytes.extend(b"payload of a program that looks for it");
    fs::write(&program, &bytes).unwrap();
    let moved = made.moved(&[], &["report"]);
    let bundled = fs::read(moved.join("bin/report")).unwrap();
    assert_eq!(bundled[place..][..38], bytes[place..]);
    assert!(bundled.ends_with(&bytes[place..]));
    Ran::of(&mut clean(moved.join("bin/report"))).succeeded();
}
