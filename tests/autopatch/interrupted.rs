//! A bar while files are patched, and Ctrl-C: then each file is as it was or as it is to be, and nothing else is there.

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::common::Ran;
use crate::terminal::{screen, screen_while};
use crate::{Tree, loader};

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
    // A temporary file may be gone by now.
    files
        .filter_map(|it| fs::read(it.unwrap().path()).ok())
        .collect()
}

#[test]
fn who_is_interrupted_leaves_whole_files_and_can_go_on() {
    let tree = Tree::new();
    let libs = tree.libs();
    let arguments = ["--paths", ".", "--libs", &libs];
    let (old, new) = many(&tree, &arguments);
    told_of_interrupted(&tree, &mut tree.command(&arguments), &old);
    let left = contents(&tree);
    assert_eq!(left.len(), FILES + 1, "no temporary files");
    assert!(left.iter().all(|it| *it == old || *it == new));
    assert!(left.contains(&old), "it was not at its end");
    tree.autopatch(&arguments).succeeded();
    assert!(contents(&tree).iter().all(|it| *it == new));
}

/// What a command says on a terminal that is interrupted once it has changed a file.
fn told_of_interrupted(tree: &Tree, command: &mut Command, before: &[u8]) -> String {
    let ended = screen_while(command, 80, |process| {
        while contents(tree).iter().all(|it| it == before) {
            thread::sleep(Duration::from_millis(1));
        }
        let process = Pid::from_raw(process.try_into().unwrap());
        kill(process, Signal::SIGINT).unwrap();
    });
    assert_eq!(ended.signal, Some(nix::libc::SIGINT), "{ended:?}");
    let told = ended.screen.replace("\n  ", " ");
    let (before, line) = told.split_once("interrupted: ").expect(&told);
    assert!(
        line.trim_end()
            .ends_with("files done; the same command goes on"),
        "{told}"
    );
    before.to_owned()
}

#[test]
fn what_was_done_is_told_before_the_end() {
    let tree = Tree::new();
    let libs = tree.libs();
    let arguments = ["--paths", ".", "--libs", &libs];
    let (old, new) = many(&tree, &arguments);
    let mut patch = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    patch.args(["patch", "--set-rpath", "/a"]);
    let none = tree.path("none");
    let files = fs::read_dir(tree.path("out/bin")).unwrap();
    let files = files.map(|it| it.unwrap().path());
    patch.args(std::iter::once(none).chain(files));
    let said = told_of_interrupted(&tree, &mut patch, &old);
    assert!(said.contains("none"), "{said}");

    for file in fs::read_dir(tree.path("out/bin")).unwrap() {
        fs::write(file.unwrap().path(), &new).unwrap();
    }
    let said = told_of_interrupted(&tree, &mut tree.command(&["--undo", "."]), &new);
    assert!(
        said.contains("as they were") || said.contains("as it was"),
        "{said}"
    );
    tree.autopatch(&["--undo", "."]).succeeded();
    assert!(contents(&tree).iter().all(|it| *it == old));
}

#[test]
fn who_writes_what_nobody_reads_can_be_ended() {
    let tree = Tree::new();
    let app = tree.app();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    command.args(["patch", "--print-interpreter", "--print-needed"]);
    // More than a pipe takes.
    command.args(std::iter::repeat_n(&app, 2500));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut [0]).unwrap();
    let process = Pid::from_raw(child.id().try_into().unwrap());
    kill(process, Signal::SIGTERM).unwrap();
    // Whoever does not mind goes on now, and succeeds.
    drop(output);
    let signal = child.wait().unwrap().signal();
    assert_eq!(signal, Some(nix::libc::SIGTERM));
}

#[test]
fn a_second_interrupt_does_not_wait_for_a_step() {
    let tree = Tree::new();
    // A loader that is asked about the new file and does not answer.
    let begun = tree.path("begun");
    let source = format!(
        "#include <signal.h>\n#include <sys/prctl.h>\n#include <sys/stat.h>\n#include <unistd.h>\n\
         int main(void) {{ prctl(PR_SET_PDEATHSIG, SIGKILL); mkdir({begun:?}, 0700); for (;;) pause(); }}"
    );
    tree.made.write("slow.c", &source);
    let name = Path::new(loader()).file_name().unwrap().to_str().unwrap();
    tree.made.compile(name, "slow.c", &["-static"]);
    tree.made.write("program.c", "int main(void) { return 0; }");
    let named = format!("-Wl,--dynamic-linker={}", tree.path(name).display());
    tree.made.compile("program", "program.c", &[&named]);
    let mut patch = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    patch
        .args(["patch", "--set-rpath", "/a"])
        .arg(tree.path("program"));
    let mut child = patch.stderr(Stdio::null()).spawn().unwrap();
    let process = Pid::from_raw(child.id().try_into().unwrap());
    while child.try_wait().unwrap().is_none() {
        // Two that come at once are one.
        if begun.exists() {
            kill(process, Signal::SIGINT).unwrap();
        }
        thread::sleep(Duration::from_millis(1));
    }
    let signal = child.wait().unwrap().signal();
    assert_eq!(signal, Some(nix::libc::SIGINT));
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
