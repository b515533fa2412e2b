//! Giving back the original, byte for byte.

use std::fs;
use std::process::Command;

use crate::common::Ran;
use crate::made::{DENSE, Made, PADDED, STORE_PATH, patch, size};

/// Edits of all kinds, one round after the other.
const ROUNDS: [&[&str]; 5] = [
    &["--set-rpath", STORE_PATH],
    &[
        "--add-needed",
        "libm.so.6",
        "--add-rpath",
        "/a/directory/more",
    ],
    &[
        "--set-interpreter",
        "/nix/store/abcdefghijklmnopqrstuvwxyz012345-glibc-2.40/lib/ld.so",
        "--set-execstack",
    ],
    &[
        "--replace-needed",
        "libmade.so",
        "a-library-of-another-name.so",
    ],
    &["--remove-rpath", "--add-debug-tag"],
];

#[test]
fn one_round_or_several_are_undone() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(flags);
        let original = fs::read(made.app()).unwrap();
        for rounds in 1..=ROUNDS.len() {
            for edits in &ROUNDS[..rounds] {
                drop(patch(edits, &[&made.app()]).succeeded());
            }
            assert!(fs::read(made.app()).unwrap() != original);
            drop(patch(&["--undo"], &[&made.app()]).succeeded());
            assert!(fs::read(made.app()).unwrap() == original, "{rounds} rounds");
        }
        made.works();
    }
}

#[test]
fn there_is_nothing_to_undo_in_an_original() {
    let made = Made::new(PADDED);
    let original = fs::read(made.app()).unwrap();
    drop(patch(&["--undo"], &[&made.app()]).failed_with("there is no undo record in it"));
    assert!(fs::read(made.app()).unwrap() == original);
}

#[test]
fn a_record_in_a_file_of_its_own_leaves_none_in_the_changed_one() {
    let made = Made::new(PADDED);
    let original = fs::read(made.app()).unwrap();
    let record = made.path("record");
    let file = ["--undo-file", record.to_str().unwrap()];
    drop(
        patch(
            &[&file[..], &["--set-rpath", STORE_PATH]].concat(),
            &[&made.app()],
        )
        .succeeded(),
    );
    assert_eq!(size(&made.app()), original.len() as u64);
    drop(patch(&["--undo"], &[&made.app()]).failed_with("no undo record"));
    // It is not overwritten.
    let again = patch(
        &[&file[..], &["--set-rpath", "/b"]].concat(),
        &[&made.app()],
    );
    drop(again.failed_with("cannot keep the undo record"));
    drop(patch(&[&file[..], &["--undo"]].concat(), &[&made.app()]).succeeded());
    assert!(fs::read(made.app()).unwrap() == original);
    drop(
        patch(&[&file[..], &["--undo"]].concat(), &[&made.library()])
            .failed_with("of another file"),
    );
}

#[test]
fn what_others_have_changed_since_is_not_undone() {
    let made = Made::new(PADDED);
    drop(
        patch(
            &["--set-rpath", &format!("$ORIGIN:{STORE_PATH}")],
            &[&made.app()],
        )
        .succeeded(),
    );
    let changed = fs::read(made.app()).unwrap();
    let text = changed.windows(8).position(|it| it == b"/nix/sto").unwrap();
    let mut by_others = changed.clone();
    by_others[text + 1] = b'N';
    fs::write(made.app(), by_others).unwrap();
    drop(patch(&["--undo"], &[&made.app()]).failed_with("changed by another program"));
    fs::write(made.app(), changed).unwrap();
    drop(Ran::of(Command::new("strip").arg(made.app())).succeeded());
    made.works();
    drop(patch(&["--undo"], &[&made.app()]).failed_with("strip"));
}

#[test]
fn without_a_record_nothing_of_the_old_path_is_left() {
    let made = Made::new(&[PADDED, &["-Wl,-rpath,/nix/store/old-path/lib"]].concat());
    let has_old_path = || {
        let bytes = fs::read(made.app()).unwrap();
        bytes.windows(18).any(|it| it == b"/nix/store/old-pat")
    };
    assert!(has_old_path());
    drop(
        patch(
            &["--no-undo", "--set-rpath", &format!("$ORIGIN:{STORE_PATH}")],
            &[&made.app()],
        )
        .succeeded(),
    );
    assert!(!has_old_path());
    made.works();
}

#[test]
fn a_record_goes_where_none_is_wanted_even_if_nothing_else_changes() {
    let made = Made::new(PADDED);
    let has_record = || {
        fs::read(made.app())
            .unwrap()
            .ends_with(b"ldshim undo 1\0\0")
    };
    drop(patch(&["--set-rpath", "/a"], &[&made.app()]).succeeded());
    assert!(has_record());
    drop(patch(&["--print-rpath", "--no-undo"], &[&made.app()]).succeeded());
    assert!(has_record(), "printing changes nothing");
    drop(patch(&["--no-undo", "--set-rpath", "/a"], &[&made.app()]).succeeded());
    assert!(!has_record());
}
