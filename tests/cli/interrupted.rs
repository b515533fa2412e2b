//! Ctrl-C while something is written: nothing of it is left.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::library_tree::{LibraryTree, loader};
use crate::locate::{Home, database};
use crate::nix_index::{Database, Package};
use crate::terminal::screen_while;

fn interrupt(process: u32) {
    // It may have ended.
    _ = kill(Pid::from_raw(process.try_into().unwrap()), Signal::SIGINT);
}

/// A database that takes a while to read.
fn large() -> Vec<u8> {
    let mut database = Database::new(Vec::new(), 3).unwrap();
    for number in 0..3000 {
        let name = format!("package-{number}");
        let package = Package::new('a', &name, &name);
        let files: Vec<_> = (0..50)
            .map(|it| ("100x", format!("/lib/lib{number}-{it}.so.1")))
            .collect();
        let files = files.iter().map(|(kind, path)| (*kind, &**path));
        database.package(&package, files).unwrap();
    }
    database.finish().unwrap()
}

fn has_open(process: u32, file: &Path) -> bool {
    let open = fs::read_dir(format!("/proc/{process}/fd"));
    let mut open = open.into_iter().flatten().flatten();
    open.any(|it| fs::read_link(it.path()).is_ok_and(|it| it == file))
}

#[test]
fn an_import_leaves_the_old_index_and_nothing_else() {
    let home = Home::with_index();
    let index = home.0.path().join(".cache/ldshim/index");
    let names = || -> Vec<_> {
        let all = fs::read_dir(&index).unwrap();
        all.map(|it| it.unwrap().file_name()).collect()
    };
    let before = (names(), fs::read(index.join("nixpkgs")).unwrap());
    assert!(database().len() < large().len());
    home.write_database(&large());
    let file = home.0.path().join(".cache/nix-index/files");
    let file = file.canonicalize().unwrap();
    let mut command = home.command(&["index", "import"]);
    let ended = screen_while(&mut command, 80, |process| {
        while !has_open(process, &file) {
            std::thread::sleep(Duration::from_millis(1));
        }
        interrupt(process);
    });
    let seen = &ended.screen;
    assert_eq!(ended.signal, Some(nix::libc::SIGINT), "{seen}");
    assert!(before == (names(), fs::read(index.join("nixpkgs")).unwrap()));
    // A cursor that was hidden is shown again.
    assert!(
        seen.rfind("\x1b[?25l") <= seen.rfind("\x1b[?25h"),
        "{seen:?}"
    );
    // Nobody interrupts: there is another index.
    home.ldshim(&["index", "import"]).succeeded();
    assert!(before.1 != fs::read(index.join("nixpkgs")).unwrap());
}

#[test]
fn a_library_environment_is_there_or_nothing_is() {
    let tree = LibraryTree::new();
    for number in 0..50 {
        tree.library(&format!("lib/lib{number}.so"));
    }
    fs::create_dir(tree.path("out")).unwrap();
    let out = tree.path("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    command.args(["env", "build", "--out"]).arg(out.join("d"));
    command.arg("--loader").arg(loader()).arg(tree.path("lib"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    for _ in 0..10 {
        let mut child = command.spawn().unwrap();
        while fs::read_dir(&out).unwrap().next().is_none() {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::yield_now();
        }
        interrupt(child.id());
        child.wait().unwrap();
        let left = fs::read_dir(&out).unwrap();
        let left: Vec<_> = left.map(|it| it.unwrap().file_name()).collect();
        assert!(left.iter().all(|it| it == "d"), "{left:?}");
        _ = fs::remove_dir_all(out.join("d"));
    }
}
