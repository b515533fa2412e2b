//! The command line of `ldshim patch`.

use std::fs;
use std::path::Path;

use crate::made::{DENSE, Made, PADDED, STORE_PATH, large_path, patch, printed};

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let made = Made::new(DENSE);
    let before = fs::read(made.app()).unwrap();
    let said = patch(&["--dry-run", "--set-rpath", &large_path()], &[&made.app()])
        .succeeded()
        .stdout;
    assert!(
        said.contains(&format!("search path: $ORIGIN -> {}", large_path())),
        "{said}"
    );
    assert!(said.contains("a new segment"), "{said}");
    assert!(fs::read(made.app()).unwrap() == before);
    let said = patch(&["--dry-run", "--set-rpath", "$ORIGIN"], &[&made.app()])
        .succeeded()
        .stdout;
    assert!(said.contains("nothing would change"), "{said}");
}

#[test]
fn one_file_that_cannot_be_changed_does_not_keep_others_from_it() {
    let made = Made::new(PADDED);
    made.write("text", "no program");
    let missing = made.path("missing");
    let files = [made.path("text"), made.app(), missing, made.library()];
    let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    let ran = patch(&["--set-rpath", "$ORIGIN:/b"], &files);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("text: not an ELF file"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("missing: No such file or directory"),
        "{}",
        ran.stderr
    );
    for file in [made.app(), made.library()] {
        assert_eq!(printed("rpath", &file), "$ORIGIN:/b");
    }
}

#[test]
fn all_flags_of_patchelf_are_taken() {
    let made = Made::new(PADDED);
    let flags = [
        "--debug",
        "--no-sort",
        "--no-clobber-old-sections",
        "--verify",
        "--page-size",
        "65536",
    ];
    drop(
        patch(
            &[&flags[..], &["--set-rpath", "$ORIGIN:/b"]].concat(),
            &[&made.app()],
        )
        .succeeded(),
    );
    made.works();
    let loader = printed("interpreter", &made.app());
    drop(patch(&["--interpreter", &loader], &[&made.app()]).succeeded());
    made.works();
}

#[test]
fn a_value_may_stand_in_a_file() {
    let made = Made::new(PADDED);
    made.write("path", "/from/a/file");
    let value = format!("@{}", made.path("path").display());
    drop(patch(&["--set-rpath", &value], &[&made.app()]).succeeded());
    assert_eq!(printed("rpath", &made.app()), "/from/a/file");
    drop(
        patch(&["--set-rpath", "@/nowhere/at/all"], &[&made.app()])
            .failed_with("No such file or directory"),
    );
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let made = Made::new(PADDED);
    drop(patch(&["--set-interpreter", "/l"], &[&made.library()]).failed_with("names no loader"));
    made.write("object.c", "int x;");
    made.compile("object.o", "object.c", &["-c"]);
    drop(
        patch(&["--set-rpath", "/a"], &[&made.path("object.o")])
            .failed_with("neither a program nor a library"),
    );
    made.write("static.c", "int main(void) { return 0; }");
    made.compile("static", "static.c", &["-static"]);
    drop(patch(&["--set-rpath", "/a"], &[&made.path("static")]).failed_with("linked statically"));
    // Its own code knows where its dynamic table is.
    made.compile("static-pie", "static.c", &["-static-pie"]);
    drop(
        patch(&["--add-needed", STORE_PATH], &[&made.path("static-pie")])
            .failed_with("it relocates itself"),
    );
    drop(
        patch(
            &["--set-rpath", "/a", "--output", "/x"],
            &[&made.app(), &made.library()],
        )
        .failed_with("one file only"),
    );
    drop(patch(&["--page-size", "3"], &[&made.app()]).failed_with("power of two"));
}

#[test]
fn files_with_debugging_information_only_are_refused() {
    let made = Made::new(&["-g"]);
    let debug = made.path("app.debug");
    let mut command = std::process::Command::new("objcopy");
    drop(
        crate::common::Ran::of(command.arg("--only-keep-debug").arg(made.app()).arg(&debug))
            .succeeded(),
    );
    let before = fs::read(&debug).unwrap();
    drop(patch(&["--set-rpath", "/a"], &[&debug]).failed_with("debugging information only"));
    assert!(fs::read(&debug).unwrap() == before);
}

#[test]
fn what_the_real_loader_does_not_take_does_not_take_the_old_files_place() {
    let made = Made::new(PADDED);
    let before = fs::read(made.app()).unwrap();
    made.write(
        "text",
        "This is no library, and the loader ends when it is told to load it.",
    );
    let text = made.path("text");
    let edit = ["--replace-needed", "libmade.so", text.to_str().unwrap()];
    drop(patch(&edit, &[&made.app()]).failed_with("it is left as it was"));
    assert!(fs::read(made.app()).unwrap() == before);
    made.works();
    drop(patch(&[&edit[..], &["--no-verify"]].concat(), &[&made.app()]).succeeded());
    assert_eq!(made.run().code, Some(127), "so the loader was right");
}

#[test]
fn printing_changes_nothing_and_edits_keep_what_is_behind_the_dynamic_table() {
    let made = Made::new(PADDED);
    let headers = crate::common::Ran::of(
        std::process::Command::new("readelf")
            .arg("-lW")
            .arg(made.app()),
    )
    .stdout;
    let line = headers
        .lines()
        .find(|it| it.trim_start().starts_with("DYNAMIC"))
        .unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |it: &str| usize::from_str_radix(it.trim_start_matches("0x"), 16).unwrap();
    let end = number(words[1]) + number(words[4]);
    let mut bytes = fs::read(made.app()).unwrap();
    bytes[end - 8..end].copy_from_slice(b"FOREIGN!");
    fs::write(made.app(), &bytes).unwrap();
    let _ = printed("needed", &made.app());
    assert!(fs::read(made.app()).unwrap() == bytes);
    drop(patch(&["--set-rpath", "$ORIGIN:/b"], &[&made.app()]).succeeded());
    assert_eq!(&fs::read(made.app()).unwrap()[end - 8..end], b"FOREIGN!");
    made.works();
}

#[test]
fn an_empty_search_path_is_none_where_there_was_none() {
    let made = Made::new(PADDED);
    let before = fs::read(made.library()).unwrap();
    for edit in ["--set-rpath", "--add-rpath"] {
        drop(patch(&[edit, ""], &[&made.library()]).succeeded());
    }
    assert!(fs::read(made.library()).unwrap() == before);
}

#[test]
fn pages_are_never_smaller_than_the_systems_own() {
    let made = Made::new(DENSE);
    drop(
        patch(
            &[
                "--page-size",
                "16",
                "--set-rpath",
                &format!("$ORIGIN:{}", large_path()),
            ],
            &[&made.app()],
        )
        .succeeded(),
    );
    made.works();
    let size = (1u64 << 62).to_string();
    drop(
        patch(&["--page-size", &size, "--set-rpath", "/a"], &[&made.app()])
            .failed_with("no system has pages of"),
    );
}

#[test]
fn values_with_a_nul_and_files_that_are_none_are_refused() {
    let made = Made::new(PADDED);
    made.write("value", "/a\0/b");
    let value = format!("@{}", made.path("value").display());
    drop(patch(&["--set-rpath", &value], &[&made.app()]).failed_with("has a NUL"));
    nix::unistd::mkfifo(&made.path("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    drop(patch(&["--set-rpath", "/a"], &[&made.path("pipe")]).failed_with("not a file"));
}

#[test]
fn a_file_is_tried_by_whatever_name_it_has() {
    let made = Made::new(PADDED);
    made.write("text", "This is no library.");
    let text = made.path("text");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ldshim"));
    command
        .args(["patch", "--replace-needed", "libmade.so"])
        .arg(&text)
        .arg("app");
    let ran = crate::common::Ran::of(command.current_dir(text.parent().unwrap()));
    drop(ran.failed_with("it is left as it was"));
}
