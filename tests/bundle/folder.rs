//! The folder of a bundle: whole or not at all, and the same for the same input.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::Ran;
use crate::made::Made;

fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut tree = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            if kind.is_symlink() {
                let target = fs::read_link(&path).unwrap();
                assert!(target.is_relative(), "{name}");
                tree.insert(name, target.into_os_string().into_encoded_bytes());
                continue;
            }
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            if kind.is_dir() {
                assert_eq!(mode, 0o755, "{name}");
                folders.push(path);
            } else {
                assert!([0o644, 0o755].contains(&mode), "{name}: {mode:o}");
                tree.insert(name, fs::read(path).unwrap());
            }
        }
    }
    tree
}

#[test]
fn the_same_program_gives_the_same_bytes() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    for out in ["a", "b"] {
        Ran::of(&mut made.bundle(&["report", "--out", out])).succeeded();
    }
    let [a, b] = ["a", "b"].map(|name| tree(&made.at(name)));
    assert_eq!(a, b);
    assert!(a.contains_key("bundle.json") && a.contains_key("bin/report"));
}

#[test]
fn the_manifest_lists_all_files_and_why_they_are_there() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    Ran::of(&mut made.bundle(&["report", "--out", "out"])).succeeded();
    let manifest = ldshim::bundle::read(&made.at("out")).unwrap();
    let mut there: Vec<String> = tree(&made.at("out")).into_keys().collect();
    there.retain(|it| it != "bundle.json");
    let listed = manifest.files.iter();
    let mut listed: Vec<_> = listed
        .map(|it| it.place.to_str().unwrap().to_owned())
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, there);
    assert!(manifest.files.iter().all(|it| !it.why.is_empty()));
    assert_eq!(manifest.programs[0].name, "report");
}

#[test]
fn an_older_bundle_is_replaced_and_nothing_else_is() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    fs::create_dir(made.at("empty")).unwrap();
    for _ in 0..2 {
        Ran::of(&mut made.bundle(&["report", "--out", "empty"])).succeeded();
    }
    fs::create_dir(made.at("full")).unwrap();
    fs::write(made.at("full/file"), "of somebody").unwrap();
    let ran = Ran::of(&mut made.bundle(&["report", "--out", "full"]));
    ran.failed_with("something is there that is no bundle");
    assert_eq!(fs::read_dir(made.at("full")).unwrap().count(), 1);
    // Nothing is left of either.
    let hidden = fs::read_dir(made.at(""))
        .unwrap()
        .map(|it| it.unwrap().file_name());
    assert_eq!(
        hidden
            .filter(|it| it.to_string_lossy().starts_with('.'))
            .count(),
        0
    );
}

#[test]
fn a_bar_is_on_terminals_only() {
    let made = Made::new();
    made.compile("report.c", "report", &[]);
    let arguments = ["report", "--format", "tar.zst", "--out", "out.tar.zst"];
    let seen = crate::terminal::screen(&mut made.bundle(&arguments), 60);
    assert!(
        seen.contains("writing [") && seen.contains("packing ["),
        "{seen}"
    );
    let piped = Ran::of(&mut made.bundle(&arguments)).succeeded().stderr;
    assert!(!piped.contains("ing ["), "{piped}");
    assert!(piped.starts_with("ldshim: out.tar.zst: "), "{piped}");
}

#[test]
fn symbols_are_left_out_if_they_are_to_be() {
    let made = Made::new();
    made.compile("report.c", "report", &["-g"]);
    let size = |out: &str| fs::metadata(made.at(out).join("bin/report")).unwrap().len();
    Ran::of(&mut made.bundle(&["report", "--out", "whole"])).succeeded();
    Ran::of(&mut made.bundle(&["report", "--out", "short", "--strip"])).succeeded();
    assert!(size("short") < size("whole"));
    Ran::of(&mut crate::made::clean(made.at("short/bin/report"))).succeeded();
}
