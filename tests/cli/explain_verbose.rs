//! `ldshim explain -v`: where each library was looked for, against the real loader's own word, and what was decided before.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::explain::json;
use crate::library_tree::{LibraryTree, Ran, loader};

/// A program that finds `liba.so` in the second directory of its RUNPATH; in the first one is a file for another machine.
fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file("main.c", "int a(void); int main(void) { return a(); }");
    for folder in ["empty", "first", "second"] {
        tree.file(&format!("{folder}/.keep"), "");
    }
    tree.cc(&["-shared", "-o", "second/liba.so", "a.c"]);
    tree.library_for_machine("first/liba.so", 0xf3);
    let runpath = ["first", "second"].map(|it| tree.path(it).display().to_string());
    let runpath = format!("-Wl,--enable-new-dtags,-rpath,{}", runpath.join(":"));
    tree.cc(&["-o", "main", "main.c", "-Lsecond", "-la", &runpath]);
    tree
}

/// Runs a command whose loader looks into `empty` first.
fn run(tree: &LibraryTree, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    command.env("LD_LIBRARY_PATH", tree.path("empty"));
    command.env("XDG_STATE_HOME", tree.path("state"));
    command.envs(variables.iter().copied());
    Ran::of(command.current_dir(tree.path("")))
}

fn explained(tree: &LibraryTree, flags: &[&str]) -> String {
    let loader = loader();
    let first = ["explain", "--loader", loader.to_str().unwrap()];
    let arguments = [&first[..], flags, &["main"]].concat();
    run(tree, env!("CARGO_BIN_EXE_ldshim"), &arguments, &[]).stdout
}

/// What follows `mark` in a text's lines, if it ends so, in order.
fn files<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
    let after = text.lines().filter_map(|it| it.split_once(mark));
    let after = after.map(|it| it.1.trim_start());
    let files = after.map(|it| it.split_once(": ").map_or(it, |it| it.0));
    files.filter(|it| it.ends_with("/liba.so")).collect()
}

#[test]
fn the_looks_are_those_of_the_real_loader() {
    let tree = tree();
    let main = tree.path("main");
    let real = run(&tree, main.to_str().unwrap(), &[], &[("LD_DEBUG", "libs")]);
    let mut tried = files(&real.stderr, "trying file=");
    // Folders for newer processors, which are not there, the loader looks for once.
    tried.retain(|it| !it.contains("/glibc-hwcaps/") && !it.contains("/tls/"));
    tried.retain(|it| !it.contains("/x86_64/") && !it.contains("/haswell/"));
    assert_eq!(tried.len(), 3, "{real:?}");

    let text = explained(&tree, &["-v"]);
    let looks = text.split("where each library was looked for\n").nth(1);
    let looks = looks.unwrap_or_else(|| panic!("{text}"));
    let [by_variable, by_program] = ["LD_LIBRARY_PATH ", "RUNPATH of main "];
    let seen = [files(looks, by_variable), files(looks, by_program)].concat();
    assert_eq!(seen, tried, "{text}");
    for result in [
        "empty/liba.so: No such file or directory",
        "first/liba.so: wrong ELF machine",
        "second/liba.so: taken",
    ] {
        assert!(looks.contains(result), "{result}: {text}");
    }
}

/// What is printed without it stays, in front.
#[test]
fn without_it_no_look_is_told() {
    let tree = tree();
    let (plain, verbose) = (explained(&tree, &[]), explained(&tree, &["-v"]));
    assert!(!plain.contains("looked for"), "{plain}");
    assert!(verbose.starts_with(&plain), "{verbose}");
}

#[test]
fn a_library_that_is_nowhere_was_looked_for_everywhere() {
    let tree = tree();
    fs::remove_file(tree.path("second/liba.so")).unwrap();
    let text = explained(&tree, &["-v"]);
    assert!(
        text.contains("  liba.so needed by main: not found\n"),
        "{text}"
    );
    for via in ["RUNPATH of main ", "cache ", "the loader's own directory "] {
        assert!(text.contains(&format!("    {via}")), "{via}: {text}");
    }
}

#[test]
fn what_was_decided_before_is_told_with_who_decided() {
    let tree = tree();
    let identity = json(&tree, &["main"])["identity"].clone();
    let pins = tree.path("state/ldshim/pins");
    fs::create_dir_all(&pins).unwrap();
    fs::set_permissions(&pins, fs::Permissions::from_mode(0o755)).unwrap();
    let pin = pins.join(identity.as_str().unwrap());
    let title = "\nwhat was decided before\n";
    assert!(!explained(&tree, &["-v"]).contains(title));
    for (mark, by) in [
        ("declined", "its user was asked"),
        ("nothing-missing", "a start on demand found"),
        ("failed", "a start on demand could make no pin"),
    ] {
        symlink(mark, &pin).unwrap();
        let text = explained(&tree, &["-v"]);
        let decided = text.split(title).nth(1).unwrap_or_default();
        assert!(decided.contains(&format!("{mark}: {by}")), "{text}");
        assert!(decided.contains("ldshim unpin main\n"), "{text}");
        assert!(!explained(&tree, &[]).contains(title));
        fs::remove_file(&pin).unwrap();
    }
}

#[test]
fn it_is_not_for_trees_and_json() {
    let tree = tree();
    for other in [
        &["explain", "-v", "--all", "."][..],
        &["explain", "-v", "--json", "main"],
    ] {
        let ran = tree.ldshim(other);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("cannot be used with"), "{ran:?}");
    }
}
