//! Random edits of programs with random layouts: each works after each edit, and the original can be had back.

use std::fs;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::made::{Made, patch};

const LAYOUTS: [&str; 13] = [
    "-Wl,-z,separate-code",
    "-Wl,-z,noseparate-code",
    "-Wl,-z,max-page-size=0x1000",
    "-Wl,-z,max-page-size=0x10000",
    "-Wl,-z,max-page-size=0x200000",
    "-Wl,-z,norelro",
    "-Wl,-z,relro,-z,now",
    "-Wl,--hash-style=sysv",
    "-Wl,--hash-style=both",
    "-Wl,--build-id=none",
    "-Wl,--spare-dynamic-tags=0",
    "-Wl,--disable-new-dtags",
    "-s",
];

/// What another linker does not know.
const UNKNOWN_TO_GOLD: [&str; 4] = [
    "separate-code",
    "noseparate-code",
    "spare-dynamic-tags",
    "max-page-size=0x200000",
];

/// An edit by two numbers: which one, and with what text.
fn edit(kind: usize, text: usize) -> Vec<String> {
    let path = [
        "/x",
        "/a/b/c",
        "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-name/lib",
    ][text % 3]
        .repeat(text % 7 + 1);
    let words = |words: &[&str]| words.iter().map(|&it| it.to_owned()).collect();
    match kind {
        0 => words(&["--set-rpath", &format!("{path}:$ORIGIN")]),
        1 => words(&["--add-rpath", &path]),
        2 => words(&["--add-needed", "libm.so.6"]),
        3 => words(&["--remove-needed", "libm.so.6"]),
        4 => words(&["--add-needed", "libm.so.6", "--set-rpath", "$ORIGIN"]),
        5 => words(&["--set-execstack"]),
        6 => words(&["--clear-execstack", "--add-debug-tag"]),
        7 => words(&["--order-needed", "libc.so.6"]),
        _ => words(&["--force-rpath", "--add-rpath", &path]),
    }
}

#[test]
fn programs_work_after_each_edit_and_the_original_is_had_back() {
    let layouts = prop::collection::vec(prop::sample::select(&LAYOUTS[..]), 0..4);
    let position = prop::sample::select(vec![["-pie", "-fPIE"], ["-no-pie", "-fno-pie"]]);
    let is_gold = any::<bool>();
    let edits = prop::collection::vec((0usize..9, 0usize..100, any::<bool>()), 1..7);
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: 48,
            failure_persistence: None,
            ..Config::default()
        },
        prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    let tried = runner.run(
        &(layouts, position, is_gold, edits),
        |(mut layouts, position, is_gold, edits)| {
            let made = Made::new(&[]);
            if is_gold {
                layouts.retain(|it| !UNKNOWN_TO_GOLD.iter().any(|unknown| it.contains(unknown)));
                layouts.push("-fuse-ld=gold");
            }
            let flags = [&position[..], &layouts].concat();
            let library = made.library();
            let all = [
                &flags[..],
                &[library.to_str().unwrap(), "-Wl,-rpath,$ORIGIN"],
            ]
            .concat();
            made.compile("app", "program.c", &all);
            let original = fs::read(made.app()).unwrap();
            prop_assert_eq!(made.run().stdout, "42");
            for (kind, text, is_stripped) in edits {
                let edit = edit(kind, text);
                let edit: Vec<&str> = edit.iter().map(String::as_str).collect();
                let ran = patch(&edit, &[&made.app()]);
                prop_assert_eq!(ran.code, Some(0), "{:?}: {}", edit, ran.stderr);
                let ran = made.run();
                prop_assert_eq!(
                    (ran.stdout.as_str(), ran.stderr.as_str()),
                    ("42", ""),
                    "{:?}",
                    edit
                );
                if is_stripped {
                    let whole = fs::read(made.app()).unwrap();
                    let mut strip = std::process::Command::new("strip");
                    let _ = crate::common::Ran::of(strip.arg(made.app()));
                    prop_assert_eq!(made.run().stdout, "42", "stripped after {:?}", edit);
                    fs::write(made.app(), whole).unwrap();
                }
            }
            if fs::read(made.app()).unwrap() != original {
                let ran = patch(&["--undo"], &[&made.app()]);
                prop_assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            }
            prop_assert!(fs::read(made.app()).unwrap() == original);
            Ok(())
        },
    );
    tried.unwrap();
}
