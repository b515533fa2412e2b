//! `ldshim stub configure` and `ldshim stub show`

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};

use crate::common;
use crate::library_tree::{LibraryTree, loader};

fn stub() -> &'static str {
    common::stub().to_str().unwrap()
}

fn shown(tree: &LibraryTree, file: &str) -> Value {
    let output = tree.ldshim(&["stub", "show", "--json", file]);
    serde_json::from_str(&output.stdout).unwrap()
}

#[test]
fn a_configured_stub_shows_what_was_baked_in() {
    let tree = LibraryTree::new();
    let flags = ["--loader", "/nix/store/x/ld.so", "--library-dir", "/nix/d"];
    let arguments = [
        &["stub", "configure", "--in", stub(), "--out", "s"][..],
        &flags,
    ]
    .concat();
    tree.ldshim(&arguments).succeeded();
    let expected = "loader     /nix/store/x/ld.so\nlibraries  /nix/d\n";
    assert_eq!(tree.ldshim(&["stub", "show", "s"]).stdout, expected);
    let expected = json!({ "schema": 1, "loader": "/nix/store/x/ld.so", "library_dir": "/nix/d", "has_cache": false, "musl_loader": null, "musl_library_dir": null, "on_demand": null, "tool": null });
    assert_eq!(shown(&tree, "s"), expected);
    assert_ne!(shown(&tree, stub()), expected, "the one it was made of");
    let mode = fs::metadata(tree.path("s")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn a_directory_that_is_no_library_environment_yet_is_told() {
    let tree = LibraryTree::new();
    tree.library("lib/liba.so");
    tree.build(&["lib"]).succeeded();
    let configure = |flag: &str, directory: &str| {
        let directory = tree.path(directory).display().to_string();
        let begin = ["stub", "configure", "--in", stub(), "--out", "s", flag];
        tree.ldshim(&[&begin[..], &[&directory]].concat())
            .succeeded()
            .stderr
    };
    let gone = configure("--library-dir", "gone");
    assert!(gone.contains("/gone is not there yet"), "{gone}");
    assert!(gone.contains("ldshim env build --out"), "{gone}");
    let plain = configure("--library-dir", "lib");
    assert!(plain.contains("/lib is no library environment"), "{plain}");
    let musl = configure("--musl-library-dir", "gone");
    assert!(musl.contains("/gone is not there yet"), "{musl}");
    // What is one needs no word, and a directory of musl's libraries has no cache.
    assert_eq!(configure("--library-dir", "d"), "");
    assert_eq!(configure("--musl-library-dir", "lib"), "");
}

#[test]
fn on_demand_is_baked_in_and_taken_out_again() {
    let tree = LibraryTree::new();
    let configure = |from, flags: &[&str]| {
        let begin = ["stub", "configure", "--in", from, "--out", "s"];
        tree.ldshim(&[&begin, flags].concat())
    };
    configure(stub(), &["--on-demand", "ask", "--tool", "/bin/ldshim"]).succeeded();
    let text = tree.ldshim(&["stub", "show", "s"]).stdout;
    assert!(text.contains("on demand  ask, by /bin/ldshim\n"), "{text}");
    assert_eq!(shown(&tree, "s")["tool"], "/bin/ldshim");
    configure("s", &["--on-demand", "no"]).succeeded();
    let text = tree.ldshim(&["stub", "show", "s"]).stdout;
    assert!(!text.contains("on demand"), "{text}");
    assert_eq!(shown(&tree, "s")["on_demand"], Value::Null);
    for flags in [["--on-demand", "perhaps"], ["--tool", "relative"]] {
        assert_ne!(configure("s", &flags).code, Some(0), "{flags:?}");
    }
}

#[test]
fn what_is_not_named_stays_as_it_was() {
    let tree = LibraryTree::new();
    tree.ldshim(&[
        "stub",
        "configure",
        "--in",
        stub(),
        "--out",
        "s",
        "--loader",
        "/a",
    ])
    .succeeded();
    tree.ldshim(&[
        "stub",
        "configure",
        "--in",
        "s",
        "--out",
        "s",
        "--library-dir",
        "/d",
    ])
    .succeeded();
    let shown = shown(&tree, "s");
    assert_eq!(
        (&shown["loader"], &shown["library_dir"]),
        (&json!("/a"), &json!("/d"))
    );
}

#[test]
fn a_configured_stub_starts_programs_with_nothing_in_the_environment() {
    let tree = LibraryTree::new();
    tree.ldshim(&[
        "stub",
        "configure",
        "--in",
        stub(),
        "--out",
        "s",
        "--loader",
        loader().to_str().unwrap(),
    ])
    .succeeded();
    tree.file("main.c", "int main(void) { return 7; }");
    let interpreter = format!("-Wl,--dynamic-linker={}", tree.path("s").display());
    tree.cc(&["main.c", "-o", "configured", &interpreter]);
    let interpreter = format!("-Wl,--dynamic-linker={}", stub());
    tree.cc(&["main.c", "-o", "plain", &interpreter]);
    let status = |program| {
        Command::new(tree.path(program))
            .env_clear()
            .output()
            .unwrap()
            .status
            .code()
    };
    assert_eq!(status("configured"), Some(7));
    assert_eq!(status("plain"), Some(127), "the control");
}

#[test]
fn a_library_environment_with_a_cache_is_baked_in_as_one() {
    let tree = LibraryTree::new();
    tree.library("lib/liba.so");
    tree.build(&["lib"]).succeeded();
    let dir = tree.path("d");
    let configure = |dir| {
        tree.ldshim(&[
            "stub",
            "configure",
            "--in",
            stub(),
            "--out",
            "s",
            "--library-dir",
            dir,
        ])
        .succeeded();
        shown(&tree, "s")["has_cache"].clone()
    };
    assert_eq!(configure(dir.to_str().unwrap()), true);
    assert_eq!(configure(tree.path("lib").to_str().unwrap()), false);
}

#[test]
fn what_is_no_stub_is_refused_and_nothing_is_written() {
    let tree = LibraryTree::new();
    tree.file("text", "#!/bin/sh");
    for (file, reason) in [
        ("text", "not an ELF file"),
        (
            "/proc/self/exe",
            "is no stub of ldshim: it has no section .nix_ld.baked",
        ),
        ("missing", "No such file or directory"),
    ] {
        let output = tree.ldshim(&["stub", "configure", "--in", file, "--out", "s"]);
        output.failed_with(reason).failed_with(file);
        assert!(!tree.path("s").exists());
        tree.ldshim(&["stub", "show", file]).failed_with(reason);
    }
}

#[test]
fn a_damaged_section_is_refused() {
    let tree = LibraryTree::new();
    let mut bytes = fs::read(stub()).unwrap();
    let section = ldshim::elf::section(common::stub(), loader_stub::baked::SECTION);
    bytes[section.unwrap().unwrap().offset as usize] ^= 1;
    tree.file("s", bytes);
    tree.ldshim(&["stub", "show", "s"])
        .failed_with("unknown version");
}

#[test]
fn paths_that_cannot_be_baked_in_are_refused_and_the_old_file_stays() {
    let tree = LibraryTree::new();
    tree.file("s", "old");
    let long = format!("/{}", "x".repeat(3000));
    for (path, reason) in [("relative", "relative path"), (&long, "there is no room")] {
        tree.ldshim(&[
            "stub",
            "configure",
            "--in",
            stub(),
            "--out",
            "s",
            "--loader",
            path,
        ])
        .failed_with(reason);
        assert_eq!(fs::read(tree.path("s")).unwrap(), b"old");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_that_names_it() {
    let tree = LibraryTree::new();
    tree.file("folder/file", "");
    for out in ["missing/s", "folder"] {
        tree.ldshim(&["stub", "configure", "--in", stub(), "--out", out])
            .failed_with(&format!("cannot write {out}"));
    }
    assert_eq!(tree.names("."), ["folder"], "nothing is left behind");
}

#[test]
fn what_is_for_programs_of_musl_is_kept_apart() {
    let tree = LibraryTree::new();
    let configure = |input: &str, flags: &[&str]| {
        let arguments = [&["stub", "configure", "--in", input, "--out", "s"], flags].concat();
        tree.ldshim(&arguments).succeeded();
    };
    configure(
        stub(),
        &["--musl-loader", "/m", "--musl-library-dir", "/m-d"],
    );
    configure("s", &["--loader", "/g"]);
    let shown = shown(&tree, "s");
    assert_eq!(shown["loader"], "/g");
    assert_eq!(shown["library_dir"], Value::Null);
    assert_eq!(shown["musl_loader"], "/m");
    assert_eq!(shown["musl_library_dir"], "/m-d");
    let text = tree.ldshim(&["stub", "show", "s"]).stdout;
    assert!(
        text.ends_with("for programs of musl:\nloader     /m\nlibraries  /m-d\n"),
        "{text}"
    );
}
