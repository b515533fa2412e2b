//! All ways in which a bundled program is started.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::common::Ran;
use crate::made::{Made, bare, clean};

fn bundled() -> (Made, PathBuf) {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    let moved = made.moved(&[], &["report"]);
    (made, moved)
}

#[test]
fn through_links_and_path_and_by_another_name() {
    let (made, moved) = bundled();
    let link = made.at("link");
    symlink(moved.join("bin/report"), made.at("absolute")).unwrap();
    symlink("absolute", &link).unwrap();
    symlink(moved.join("bin"), made.at("folder")).unwrap();
    for path in [
        link,
        made.at("folder/report"),
        moved.join("bin/../bin/report"),
    ] {
        Ran::of(&mut clean(path)).succeeded();
    }
    let mut by_path = Command::new("/bin/sh");
    by_path
        .args(["-c", "report"])
        .env_clear()
        .env("PATH", moved.join("bin"));
    Ran::of(&mut by_path).succeeded();
    let mut renamed = clean(moved.join("bin/report"));
    let ran = Ran::of(renamed.arg0("another name")).succeeded();
    assert!(ran.stdout.contains("argument another name\n"), "{ran:?}");
}

#[test]
fn in_a_read_only_place_of_a_system_that_has_nothing_else() {
    let (_made, moved) = bundled();
    let root = bare(&moved).bind("/proc", "/proc");
    let mut command = clean("/somewhere/bin/report");
    root.apply_to(&mut command, "/");
    let ran = Ran::of(&mut command).succeeded();
    assert!(ran.stdout.contains("exe /somewhere/root/"), "{ran:?}");
}

#[test]
fn where_proc_is_not_mounted() {
    let (_made, moved) = bundled();
    let root = bare(&moved)
        .link("/somewhere/bin/report", "/to-report")
        .link("/somewhere", "/elsewhere");
    for (folder, program) in [
        ("/", "/somewhere/bin/report"),
        ("/", "/to-report"),
        ("/", "to-report"),
        ("/elsewhere", "bin/report"),
        ("/somewhere/bin", "report"),
        ("/somewhere/bin", "./report"),
    ] {
        let mut command = clean("/bin/sh");
        command.args(["-c", r#"cd "$0" && PATH=. && "$1" 'a b'"#, folder, program]);
        root.apply_to(&mut command, "/");
        let ran = Ran::of(&mut command).succeeded();
        assert!(
            ran.stdout.contains("argument a b\n"),
            "{folder} {program}: {ran:?}"
        );
        assert!(
            !ran.stdout.contains("variable LD_LIBRARY_PATH"),
            "{folder} {program}: {ran:?}"
        );
    }
}

#[test]
fn without_proc_in_a_folder_that_is_gone() {
    let (_made, moved) = bundled();
    let script =
        |program: &str| format!("mkdir /tmp/gone && cd /tmp/gone && rmdir /tmp/gone && {program}");
    let root = bare(&moved).link("/somewhere", "/tmp/gone/x");
    let start = |program: &str, with_proc: bool| {
        let root = match with_proc {
            true => root.clone().bind("/proc", "/proc"),
            false => root.clone(),
        };
        let mut command = clean("/bin/sh");
        command.args([
            "-c",
            &script(program).replace("mkdir /tmp/gone", "rm -rf /tmp/gone; mkdir /tmp/gone"),
        ]);
        root.apply_to(&mut command, "/");
        Ran::of(&mut command)
    };
    start("/somewhere/bin/report", false).succeeded();
    start("/somewhere/bin/report", true).succeeded();
}

#[test]
fn a_bundle_without_its_libraries_says_so_in_one_line() {
    let (_made, moved) = bundled();
    fs::remove_file(moved.join("lib/ld.so")).unwrap();
    let ran = Ran::of(&mut clean(moved.join("bin/report")));
    assert_eq!(ran.code, Some(127));
    assert_eq!(ran.stderr.lines().count(), 1);
    assert!(
        ran.stderr
            .contains("its bundle is not where it was: there is no "),
        "{ran:?}"
    );
}

#[test]
fn a_damaged_loader_is_told_from_none() {
    let (_made, moved) = bundled();
    fs::write(moved.join("lib/ld.so"), "text").unwrap();
    let ran = Ran::of(&mut clean(moved.join("bin/report")));
    assert_eq!((ran.code, ran.stderr.lines().count()), (Some(127), 1));
    assert!(ran.stderr.contains("lib/ld.so: not an ELF file"), "{ran:?}");
}

#[test]
fn with_more_rights_than_its_caller_it_is_refused() {
    let (_made, moved) = bundled();
    // Everybody gets in there, wherever this clone is.
    let folder = tempfile::Builder::new()
        .prefix("bundle-")
        .tempdir_in("/tmp")
        .unwrap();
    Ran::of(
        Command::new("cp")
            .arg("-a")
            .arg(moved)
            .arg(folder.path().join("b")),
    )
    .succeeded();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("b/bin/report");
    let file = fs::canonicalize(&program).unwrap();
    let start_with = |mode: u32| {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        // root may be anybody; nobody else's program gets more rights by being its own.
        Ran::of(clean(&program).uid(65534).gid(65534))
    };
    start_with(0o755).succeeded();
    let ran = start_with(0o4755);
    assert_eq!(
        (ran.code, ran.stderr.lines().count()),
        (Some(127), 1),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("setuid"), "{ran:?}");
}
