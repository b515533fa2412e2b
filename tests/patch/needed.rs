//! The libraries that a file needs.

use std::fs;

use crate::made::{DENSE, Made, PADDED, patch, printed};

/// A library that says when it is loaded.
fn talkative(made: &Made, name: &str) {
    let source = format!(
        "#include <unistd.h>\n__attribute__((constructor)) static void start(void) {{ write(1, \"{name} \", {}); }}",
        name.len() + 1
    );
    made.write("talkative.c", &source);
    made.compile(
        &format!("lib{name}.so"),
        "talkative.c",
        &["-shared", "-fPIC", "-Wl,--no-as-needed", "-lm"],
    );
}

#[test]
fn one_that_is_added_is_loaded_and_one_that_is_removed_is_not() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(flags);
        talkative(&made, "first");
        talkative(&made, "second");
        drop(
            patch(
                &[
                    "--add-needed",
                    "libfirst.so",
                    "--add-needed",
                    "libsecond.so",
                ],
                &[&made.app()],
            )
            .succeeded(),
        );
        // Constructors run from the last library to the first.
        assert_eq!(made.run().stdout, "second first 42");
        drop(patch(&["--remove-needed", "libfirst.so"], &[&made.app()]).succeeded());
        assert_eq!(made.run().stdout, "second 42");
        drop(patch(&["--remove-needed", "libsecond.so"], &[&made.app()]).succeeded());
        made.works();
    }
}

#[test]
fn one_that_is_there_is_not_added_again() {
    let made = Made::new(PADDED);
    let before = fs::read(made.app()).unwrap();
    drop(patch(&["--add-needed", "libmade.so"], &[&made.app()]).succeeded());
    assert!(before == fs::read(made.app()).unwrap());
}

#[test]
fn the_order_is_the_one_that_was_set() {
    let made = Made::new(PADDED);
    let (before, reversed) = ("libmade.so\nlibc.so.6", "libc.so.6\nlibmade.so");
    assert_eq!(printed("needed", &made.app()), before);
    drop(
        patch(
            &["--order-needed", "libc.so.6:libnothing.so"],
            &[&made.app()],
        )
        .succeeded(),
    );
    assert_eq!(printed("needed", &made.app()), reversed);
    made.works();
}

#[test]
fn versions_are_asked_of_the_library_that_takes_anothers_place() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(flags);
        let new = "libmade-by-another-name-that-is-longer.so";
        fs::rename(made.library(), made.path(new)).unwrap();
        assert_eq!(made.run().code, Some(127));
        drop(patch(&["--replace-needed", "libmade.so", new], &[&made.app()]).succeeded());
        // Without the version's new file name the loader would say that nothing has MADE_1.
        made.works();
    }
}

#[test]
fn a_library_without_the_version_will_do_once_that_is_cleared() {
    let made = Made::new(PADDED);
    made.write("plain.c", "int value(void) { return 42; }");
    made.compile("libplain.so", "plain.c", &["-shared", "-fPIC"]);
    drop(
        patch(
            &["--replace-needed", "libmade.so", "libplain.so"],
            &[&made.app()],
        )
        .succeeded(),
    );
    assert!(
        made.run()
            .stderr
            .contains("no version information available")
    );
    drop(patch(&["--clear-symbol-version", "value"], &[&made.app()]).succeeded());
    assert_eq!(made.run().stdout, "42");
}

#[test]
fn a_soname_is_what_others_ask_for() {
    let made = Made::new(PADDED);
    drop(
        patch(
            &["--set-soname", "libmade-of-another-name.so.1"],
            &[&made.library()],
        )
        .succeeded(),
    );
    assert_eq!(
        printed("soname", &made.library()),
        "libmade-of-another-name.so.1"
    );
    made.works();
    // Position-independent programs have none, and get none.
    let before = fs::read(made.app()).unwrap();
    drop(patch(&["--set-soname", "x"], &[&made.library()]).succeeded());
    assert_eq!(printed("soname", &made.library()), "x");
    assert!(before == fs::read(made.app()).unwrap());
}
