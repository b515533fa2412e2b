//! `ldshim explain`, of files that are no plain programs

use crate::common;
use crate::explain::{explain, json};
use crate::library_tree::{LibraryTree, loader};

#[test]
fn a_script_is_explained_by_its_interpreter() {
    let tree = LibraryTree::new();
    tree.executable("script", "#!/bin/sh -e\ntrue\n");
    let text = explain(&tree, &["script"]).succeeded().stdout;
    assert!(
        text.contains("script for /bin/sh") && text.contains("libc.so.6"),
        "{text}"
    );
    tree.executable("lost", "#!/nonexistent/sh\n");
    let ran = explain(&tree, &["lost"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.contains("/nonexistent/sh is not there"),
        "{ran:?}"
    );
    tree.executable("env", "#!/usr/bin/env no-such-program\n");
    let report = json(&tree, &["env"]);
    assert_eq!(report["problems"][0]["name"], "no-such-program");
    assert_eq!(report["interpreters"][0]["path"], "/usr/bin/env");
}

#[test]
fn what_a_launcher_starts_is_named_and_not_looked_at() {
    let tree = LibraryTree::new();
    let launcher = "#!/bin/sh\nexec \"$(dirname \"$0\")/app.bin\" \"$@\"\n";
    tree.executable("app", launcher);
    tree.executable("app.bin", "#!/bin/sh\n");
    let ran = explain(&tree, &["app"]).succeeded();
    let command = format!("ldshim explain {}", tree.path("app.bin").display());
    assert!(ran.stdout.contains(&command), "{ran:?}");
    let report = json(&tree, &["app"]);
    assert_eq!(report["starts_programs"][0]["there"], true, "{report:#}");
    std::fs::remove_file(tree.path("app.bin")).unwrap();
    let ran = explain(&tree, &["app"]).succeeded();
    assert!(
        ran.stdout
            .contains("app.bin, which it starts, is not there"),
        "{ran:?}"
    );
    // One that starts nothing has nothing to say.
    tree.executable("plain", "#!/bin/sh\necho hello\n");
    let ran = explain(&tree, &["plain"]).succeeded();
    assert!(!ran.stdout.contains("It starts"), "{ran:?}");
}

#[test]
fn a_name_that_is_no_file_here_is_searched_for_in_path() {
    let tree = LibraryTree::new();
    let report = json(&tree, &["sh"]);
    assert!(
        report["path"].as_str().unwrap().ends_with("/sh"),
        "{report:#}"
    );
}

#[test]
fn scripts_that_name_each_other_end() {
    let tree = LibraryTree::new();
    let path = tree.path("script");
    tree.executable("script", format!("#!{}\n", path.display()));
    let ran = explain(&tree, &["script"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("one for the other"), "{ran:?}");
}

#[test]
fn a_static_program_needs_nothing() {
    let tree = LibraryTree::new();
    tree.file("main.c", "void _start(void) { for (;;); }");
    tree.cc(&["-static", "-nostdlib", "-o", "static", "main.c"]);
    tree.cc(&[
        "-static-pie",
        "-fPIE",
        "-nostdlib",
        "-o",
        "static-pie",
        "main.c",
    ]);
    for name in ["static", "static-pie"] {
        let report = json(&tree, &[name]);
        assert_eq!(
            (&report["kind"], &report["starts"]),
            (&"static".into(), &true.into())
        );
    }
}

#[test]
fn other_machines_object_files_and_texts_are_no_programs() {
    let tree = LibraryTree::new();
    tree.library_for_machine("sparc", 43);
    tree.file("main.c", "int main(void) { return 0; }");
    tree.cc(&["-c", "-o", "main.o", "main.c"]);
    for (name, kind) in [
        ("sparc", "foreign"),
        ("main.o", "unknown"),
        ("main.c", "unknown"),
    ] {
        let report = json(&tree, &[name]);
        assert_eq!(
            (&report["kind"], &report["starts"]),
            (&kind.into(), &false.into()),
            "{name}"
        );
    }
}

#[test]
fn a_program_for_another_machine_needs_another_loader() {
    let tree = LibraryTree::new();
    tree.library_for_machine("arm.so", 183);
    let ran = explain(&tree, &["arm.so"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.contains("made for another architecture"),
        "{ran:?}"
    );
}

#[test]
fn a_library_is_looked_at_as_if_a_program_loaded_it() {
    let tree = LibraryTree::new();
    tree.library("liba.so");
    let ran = explain(&tree, &["liba.so"]).succeeded();
    assert!(ran.stdout.contains("\nwould load\n\n"), "{ran:?}");
}

#[test]
fn a_program_that_names_a_loader_of_its_own_does_not_meet_the_stub() {
    let tree = LibraryTree::new();
    tree.file("main.c", "int main(void) { return 0; }");
    let named = format!("-Wl,--dynamic-linker,{}", loader().display());
    tree.cc(&["-o", "own", "main.c", &named]);
    let report = json(&tree, &["own"]);
    assert_eq!(report["plan"]["mechanism"], "without-stub");
    assert_eq!(report["plan"]["loader"]["from"], "the program");
    tree.cc(&[
        "-o",
        "lost",
        "main.c",
        "-Wl,--dynamic-linker,/nonexistent/ld.so",
    ]);
    let report = json(&tree, &["lost"]);
    assert_eq!(report["problems"][0]["problem"], "no-interpreter");
}

#[test]
fn what_a_loader_of_musl_would_do_cannot_be_told() {
    let tree = LibraryTree::new();
    tree.file("main.c", "int main(void) { return 0; }");
    let musl = "-Wl,--dynamic-linker,/lib/ld-musl-x86_64.so.1";
    tree.cc(&["-o", "main", "main.c", musl]);
    let stub = common::stub().to_str().unwrap();
    let ran = tree.ldshim(&["explain", "--stub", stub, "main"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stdout.contains("it is for musl"), "{ran:?}");
    assert!(
        ran.stdout.contains("whether it would start cannot be told"),
        "{ran:?}"
    );
}

#[test]
fn the_baked_configuration_of_a_stub_counts() {
    let tree = LibraryTree::new();
    tree.library("lib/liba.so");
    tree.build(&["lib"]).succeeded();
    let stub = common::stub().to_str().unwrap();
    let d = tree.path("d");
    let baked = [
        "stub",
        "configure",
        "--in",
        stub,
        "--out",
        "stub",
        "--library-dir",
    ];
    tree.ldshim(&[&baked[..], &[d.to_str().unwrap()]].concat())
        .succeeded();
    let ran = tree
        .ldshim(&["explain", "--json", "--stub", "stub", "lib/liba.so"])
        .succeeded();
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        report["plan"]["libraries"]["from"],
        "the stub's configuration"
    );
    let expected = d.join("ld.so");
    assert_eq!(report["plan"]["loader"]["path"], expected.to_str().unwrap());
}

#[test]
fn what_cannot_be_told_is_an_error_of_its_own() {
    let tree = LibraryTree::new();
    tree.library("liba.so");
    for args in [
        &["explain", "missing"][..],
        &["explain", "--stub", "liba.so", "liba.so"],
        &["explain", "--all", "liba.so"],
        &["explain"],
    ] {
        let ran = tree.ldshim(args);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty(), "{ran:?}");
    }
}

#[test]
fn no_damage_makes_it_fail_without_a_word() {
    let tree = LibraryTree::new();
    tree.library("liba.so");
    let whole = std::fs::read(tree.path("liba.so")).unwrap();
    let mut state = 1_u32;
    for _ in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..8 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (state >> 8) as usize % bytes.len().min(2048);
            bytes[at] = (state >> 3) as u8;
        }
        tree.file("damaged.so", bytes);
        let ran = explain(&tree, &["damaged.so"]);
        assert!(matches!(ran.code, Some(0..=2)), "{ran:?}");
    }
}

/// A program that needs `liba.so` and looks for it beside itself.
fn program_with_library() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.library("liba.so");
    tree.file("main.c", "int main(void) { return 0; }");
    tree.cc(&[
        "-Wl,--no-as-needed",
        "-o",
        "main",
        "main.c",
        "liba.so",
        "-Wl,-rpath,$ORIGIN",
    ]);
    std::fs::rename(tree.path("liba.so"), tree.path("liba.so.1")).unwrap();
    tree
}

#[test]
fn what_stands_in_a_librarys_place_is_told_with_what_to_do() {
    let tree = program_with_library();
    for (contents, step) in [
        ("", "Get it again"),
        (
            "version https://git-lfs.github.com/spec/v1\n",
            "git lfs pull",
        ),
        (
            "/* GNU ld script */\nGROUP ( libb.so )\n",
            "the library that it stands for",
        ),
        ("liba.so.1", "ln -sf liba.so.1 "),
        ("neither of these", ""),
    ] {
        tree.file("liba.so", contents);
        let ran = explain(&tree, &["main"]);
        assert_eq!(ran.code, Some(1), "{contents}: {ran:?}");
        assert!(ran.stdout.contains(step), "{contents}: {ran:?}");
        let has_step = ran.stdout.contains("  do  ");
        assert_eq!(has_step, !step.is_empty(), "{contents}: {ran:?}");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_told_of_a_library_that_is_missing() {
    let tree = program_with_library();
    std::fs::remove_file(tree.path("liba.so.1")).unwrap();
    let hint = "liba.so is a link to liba.so.1, where nothing is";
    assert!(!explain(&tree, &["main"]).stdout.contains(hint));
    tree.link("liba.so", "liba.so.1");
    let ran = explain(&tree, &["main"]);
    assert!(ran.stdout.contains(hint), "{ran:?}");
}
