//! What cannot be bundled: what is wrong is said, and what to do.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::common::Ran;
use crate::made::{Made, clean};
use crate::own_mounts::with_own_mounts;

#[track_caller]
fn refused(made: &Made, args: &[&str], message: &str) {
    let all = [args, &["--out", "out"]].concat();
    Ran::of(&mut made.bundle(&all)).failed_with(&format!("ldshim: {message}\n"));
    assert!(!made.at("out").exists());
}

fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_name_that_leads_to_no_program() {
    let made = Made::new();
    symlink("gone", made.at("link")).unwrap();
    fs::create_dir(made.at("folder")).unwrap();
    fs::write(made.at("text"), "text\n").unwrap();
    let message = "cannot bundle link: it is a link to gone, which is not there";
    refused(&made, &["link"], message);
    refused(
        &made,
        &["./nothing"],
        "cannot bundle ./nothing: there is no such file",
    );
    refused(
        &made,
        &["folder"],
        "cannot bundle folder: it is a folder; name the programs in it",
    );
    let ran = Ran::of(&mut made.bundle(&["text", "--out", "out"]));
    ran.failed_with("is neither a program nor a script with an interpreter in its first line");
    // A name in PATH is none of a file.
    let ran = Ran::of(
        made.bundle(&["tool", "--out", "out"])
            .env("PATH", made.at("")),
    );
    ran.failed_with("cannot bundle tool: there is no such file\n");
    fs::create_dir(made.at("bin")).unwrap();
    let tool = made.compile("report.c", "bin/tool", &[]);
    let ran = Ran::of(
        made.bundle(&["tool", "--out", "out"])
            .env("PATH", made.at("bin")),
    );
    ran.failed_with(&format!(
        "there is no such file here; {} is in PATH: name that",
        tool.display()
    ));
    Ran::of(&mut made.bundle(&["bin/tool", "--out", "out"])).succeeded();
}

#[test]
fn a_script_without_its_interpreter() {
    let made = Made::new();
    script(&made.at("a"), "#!/gone/interpreter\n");
    let ran = Ran::of(&mut made.bundle(&["a", "--out", "out"]));
    ran.failed_with(
        "a is a script for /gone/interpreter, which is not there; get that first, or mend its first line",
    );
    script(&made.at("b"), "#!/usr/bin/env interpreter-that-is-gone\n");
    let ran = Ran::of(&mut made.bundle(&["b", "--out", "out"]));
    ran.failed_with(
        "b is a script for interpreter-that-is-gone, which is in no folder of PATH; get that first",
    );
    script(&made.at("c"), "#!/bin/sh\necho c\n");
    Ran::of(&mut made.bundle(&["c", "--out", "out"])).succeeded();
}

#[test]
fn two_programs_of_one_name_and_what_helps() {
    let made = Made::new();
    fs::create_dir(made.at("other")).unwrap();
    made.compile("report.c", "report", &[]);
    made.compile("report.c", "other/report", &["-DOTHER"]);
    let message = format!(
        "cannot bundle other/report: bin/report is {} already; bundle this one by a link with another name, which it then has",
        made.at("report").canonicalize().unwrap().display()
    );
    refused(&made, &["report", "other/report"], &message);
    symlink("other/report", made.at("other-report")).unwrap();
    Ran::of(&mut made.bundle(&["report", "other-report", "--out", "out"])).succeeded();
    for name in ["report", "other-report"] {
        Ran::of(&mut clean(made.at("out/bin").join(name))).succeeded();
    }
}

#[test]
fn a_place_that_cannot_be_written_to_is_told_before_anything_is_collected() {
    let made = Made::new();
    let out = |place: &str, format: &str| {
        Ran::of(&mut made.bundle(&["nothing", "--out", place, "--format", format]))
    };
    for format in ["folder", "deb"] {
        out("gone/out", format)
            .failed_with("cannot write gone/out: there is no folder gone; make it first\n");
        // Whoever asks, nothing can be made there.
        out("/proc/out", format)
            .failed_with("cannot write /proc/out: nothing can be made in /proc (");
    }
    fs::create_dir(made.at("full")).unwrap();
    fs::write(made.at("full/file"), "of somebody").unwrap();
    out("full", "folder").failed_with("something is there that is no bundle; name another folder");
    out("full", "deb").failed_with("it is a folder; name a file in it with --out");
    out("out", "folder").failed_with("there is no such file");
}

#[test]
fn a_program_that_is_damaged() {
    let made = Made::new();
    let program = made.compile("report.c", "report", &[]);
    let bytes = fs::read(&program).unwrap();
    fs::write(&program, &bytes[..100]).unwrap();
    let message = "cannot bundle report: it is an ELF file, but no program that could be started: damaged, not downloaded to its \
                   end, or made to be linked";
    refused(&made, &["report"], message);
    fs::write(&program, &bytes[..3000]).unwrap();
    let cut = "cannot bundle report: it cannot be put into memory: the file ends before a segment that is written to; get it again";
    refused(&made, &["report"], cut);
    let object = made.compile("report.c", "report.o", &["-c"]);
    fs::set_permissions(object, fs::Permissions::from_mode(0o755)).unwrap();
    refused(
        &made,
        &["report.o"],
        &message.replace("report:", "report.o:"),
    );
}

#[test]
fn flags_that_say_nothing() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    let message = "--name is empty: leave it out, or say something";
    refused(&made, &["report", "--name", ""], message);
    let message = "--release has control characters in it";
    refused(&made, &["report", "--release", "1\n2"], message);
    let args = ["report", "--out", "out", "--", "argument"];
    let message = "what stands behind `--` is a command for --learn; say that, or leave it out";
    Ran::of(&mut made.bundle(&args)).failed_with(message);
    let ran =
        Ran::of(&mut made.bundle(&["report", "--out", "out", "--host-libs", "libc,lib-gone"]));
    let said = "nothing in the bundle needs lib-gone of --host-libs: names are like libz";
    assert!(ran.stderr.contains(said), "{ran:?}");
    assert!(!ran.stderr.contains("needs libc of"), "{ran:?}");
    ran.succeeded();
}

#[test]
fn a_program_with_more_rights_than_its_caller() {
    let made = Made::new();
    let program = made.compile("report.c", "report", &[]);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    let ran = Ran::of(&mut made.bundle(&["report", "--out", "out"])).succeeded();
    let said =
        "starts with the rights of its owner or group, and in the bundle with those of its caller";
    assert!(ran.stderr.contains(said), "{ran:?}");
    let mode = fs::metadata(made.at("out/bin/report"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o7777, 0o755);
}

#[test]
fn no_room() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    fs::create_dir(made.at("small")).unwrap();
    for format in ["folder", "deb"] {
        let bundle = made.bundle(&["report", "--out", "small/out", "--format", format]);
        let script =
            "mount -t tmpfs -o size=1m none small && \"$@\"; code=$?; ls -A small; exit $code";
        let mut unshare = with_own_mounts(&bundle, script);
        let ran = Ran::of(unshare.current_dir(made.at("")));
        assert_eq!(ran.stdout, "", "{ran:?}");
        ran.failed_with(
            "there is no room in small; make some, or name another place with --out: cannot write ",
        );
    }
}

#[test]
fn names_with_spaces_and_quotes_are_names() {
    let made = Made::new();
    let name = "a 'b' \"c\" $d";
    made.compile("report.c", name, &[]);
    Ran::of(&mut made.bundle(&[name, "--out", "out"])).succeeded();
    Ran::of(&mut clean(made.at("out/bin").join(name))).succeeded();
}
