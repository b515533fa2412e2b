//! A bar while a tree is patched, and Ctrl-C: then each file is as it was or as it is to be, and nothing else is there.

use std::fs;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::Tree;
use crate::common::Ran;
use crate::terminal::{screen, screen_while};

/// So many take a while.
const FILES: usize = 300;

/// The program of a tree as it was and as it is to be, and a tree with many of them as they were.
fn many(tree: &Tree, arguments: &[&str]) -> (Vec<u8>, Vec<u8>) {
    let app = tree.app();
    let old = fs::read(&app).unwrap();
    tree.autopatch(arguments).succeeded();
    let new = fs::read(&app).unwrap();
    fs::write(&app, &old).unwrap();
    for number in 0..FILES {
        fs::copy(&app, tree.path(&format!("out/bin/app{number}"))).unwrap();
    }
    (old, new)
}

/// The contents of all files in the folder of programs.
fn contents(tree: &Tree) -> Vec<Vec<u8>> {
    let files = fs::read_dir(tree.path("out/bin")).unwrap();
    files
        .map(|it| fs::read(it.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn who_is_interrupted_leaves_whole_files_and_can_go_on() {
    let tree = Tree::new();
    let libs = tree.libs();
    let arguments = ["--paths", ".", "--libs", &libs];
    let (old, new) = many(&tree, &arguments);
    let ended = screen_while(&mut tree.command(&arguments), 80, |process| {
        while !contents(&tree).contains(&new) {
            thread::sleep(Duration::from_millis(1));
        }
        let process = Pid::from_raw(process.try_into().unwrap());
        kill(process, Signal::SIGINT).unwrap();
    });
    assert_eq!(ended.signal, Some(nix::libc::SIGINT), "{ended:?}");
    let told = "the same command goes on";
    assert!(
        ended.screen.replace("\n  ", " ").contains(told),
        "{ended:?}"
    );
    let left = contents(&tree);
    assert_eq!(left.len(), FILES + 1, "no temporary files");
    assert!(left.iter().all(|it| *it == old || *it == new));
    assert!(left.contains(&old), "it was not at its end");
    tree.autopatch(&arguments).succeeded();
    assert!(contents(&tree).iter().all(|it| *it == new));
}

#[test]
fn a_bar_is_on_terminals_only() {
    let tree = Tree::new();
    let libs = tree.libs();
    let arguments = ["--paths", ".", "--libs", &libs];
    many(&tree, &arguments);
    let seen = screen(&mut tree.command(&arguments), 80);
    assert!(
        seen.contains("patching [") && seen.contains(" left"),
        "{seen}"
    );
    let piped = Ran::of(&mut tree.command(&["--undo", "."])).succeeded();
    assert_eq!(piped.stderr, "");
}
