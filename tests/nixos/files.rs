//! All Nix files: they parse, have the one format, and declare nothing that nobody uses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common;
use crate::nix::{self, Answer};

/// Every Nix file of the project.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(nix::root(), &mut files);
    assert!(files.len() > 20, "{files:?}");
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap_or_default();
        let is_ours = !name.starts_with('.') && name != "target";
        if entry.file_type().unwrap().is_dir() && is_ours {
            collect(&entry.path(), files);
        } else if name.ends_with(".nix") {
            files.push(entry.path());
        }
    }
}

/// A linter that `cargo xtask fetch` has installed.
fn linter(name: &str, flag: &str, files: &[PathBuf]) -> Answer {
    let tool = common::target().join("tools/bin").join(name);
    assert!(
        tool.is_file(),
        "no {}; run `cargo xtask fetch`",
        tool.display()
    );
    nix::run(Command::new(tool).arg(flag).args(files))
}

fn parse(file: &Path) -> Answer {
    nix::run(nix::command("nix-instantiate").arg("--parse").arg(file))
}

/// A file with this in it.
fn example(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("example.nix");
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn they_parse() {
    for file in files() {
        if let Err(error) = parse(&file) {
            panic!("{error}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let control = parse(&example(folder.path(), "{ a = 1 }\n"));
    assert!(control.unwrap_err().contains("syntax error"));
}

#[test]
fn they_have_the_one_format() {
    linter("nixfmt", "--check", &files()).expect("format them with target/tools/bin/nixfmt");
    let folder = tempfile::tempdir().unwrap();
    let control = example(folder.path(), "{a=1;}\n");
    linter("nixfmt", "--check", &[control]).expect_err("this is another format");
}

#[test]
fn they_declare_nothing_in_vain() {
    if let Err(error) = linter("deadnix", "--fail", &files()) {
        panic!("{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let control = example(folder.path(), "{ used, unused }: used\n");
    linter("deadnix", "--fail", &[control]).expect_err("one is unused");
}
