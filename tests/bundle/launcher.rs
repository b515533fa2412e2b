//! What starts programs in which the entry cannot be.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::{Ran, store_path};
use crate::made::{Made, bare, clean};

#[test]
fn a_program_that_cannot_be_made_longer_gets_a_launcher() {
    let made = Made::new();
    let program = made.compile("report.c", "report", &[]);
    // More than would be written twice.
    let file = fs::OpenOptions::new().append(true).open(program).unwrap();
    file.set_len(file.metadata().unwrap().len() + (65 << 20))
        .unwrap();
    drop(file);
    let out = ["--out", "said"];
    let said = Ran::of(made.bundle(&["report", "-v"]).args(out)).succeeded();
    assert!(said.stderr.contains("a launcher starts it"), "{said:?}");
    let moved = made.moved(&[], &["report"]);
    let mut command = clean(moved.join("bin/report"));
    let ran = Ran::of(command.args(["a b", "--list"]).env("A", "1")).succeeded();
    let name = moved.join("bin/report");
    let arguments = format!(
        "argument {}\nargument a b\nargument --list\n",
        name.display()
    );
    assert!(ran.stdout.contains(&arguments), "{ran:?}");
    assert!(ran.stdout.ends_with("variable A=1\n"), "{ran:?}");
}

#[test]
fn a_static_program_comes_along_as_it_is() {
    let made = Made::new();
    let program = store_path("busybox-static").join("bin/busybox");
    fs::copy(&program, made.at("busybox")).unwrap();
    let moved = made.moved(&[], &["busybox"]);
    let bundled = fs::canonicalize(moved.join("bin/busybox")).unwrap();
    assert_eq!(fs::read(bundled).unwrap(), fs::read(program).unwrap());
    let mut command = clean("/somewhere/bin/busybox");
    bare(&moved).apply_to(command.args(["echo", "hello"]), "/");
    assert_eq!(Ran::of(&mut command).succeeded().stdout, "hello\n");
}

#[test]
fn the_entry_alone_says_what_it_is() {
    let ran = Ran::of(&mut clean(crate::made::entry()));
    assert_eq!(ran.code, Some(127));
    assert!(
        ran.stderr.contains("it is the entry of bundled programs"),
        "{ran:?}"
    );
}

#[test]
fn a_file_that_may_not_be_executed_is_no_program() {
    let made = Made::new();
    let program = made.compile("report.c", "report", &[]);
    fs::set_permissions(Path::new(&program), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = Ran::of(&mut made.bundle(&["report", "--out", "out"]));
    ran.failed_with("it may not be executed");
}
