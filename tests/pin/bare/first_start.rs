//! `ldshim run` where nothing is set up.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use ::nix::libc;

use super::host::{Host, in_container};
use crate::common::Ran;
use crate::nix::text;
use crate::terminal::Terminal;
use crate::trace::kill_before;
use crate::world::{OF_A_PRESET, THE_PRESET, compile};

/// A host, a program in its home that misses a library, and a package in the store that has it.
pub fn scene(host: &Host) -> (PathBuf, PathBuf) {
    let program = host.program("program", &["a"]);
    let package = host.world.package("p", &[("a", 42)]);
    (program, package)
}

/// What the program prints that `ldshim run` has started.
#[track_caller]
pub fn prints(ran: Ran) {
    let ran = ran.succeeded();
    assert_eq!(ran.stdout, "program\n42\n", "{ran:?}");
}

pub fn pins(host: &Host) -> usize {
    let pins = fs::read_dir(host.home().join(".local/state/ldshim/pins"));
    pins.map_or(0, Iterator::count)
}

/// The control: by itself the program does not start.
pub fn a_program_gets_its_libraries_and_starts() {
    for host in hosts() {
        let (program, package) = scene(&host);
        host.index(&[&package]);
        let mut alone = host.command(text(&program), &[]);
        assert_eq!(
            alone.output().unwrap_err().kind(),
            std::io::ErrorKind::NotFound
        );
        let ran = host.run(&["run", "--yes", "./program"]);
        assert!(ran.stderr.contains("pinned"), "{ran:?}");
        prints(ran);
        assert_eq!(pins(&host), 1);
        let again = host.run(&["run", "./program"]);
        assert_eq!(again.stderr, "", "{again:?}");
        prints(again);
    }
}

fn hosts() -> [Host; 2] {
    [Host::new(), Host::of_alice()]
}

pub fn the_command_can_be_left_out() {
    let host = Host::new();
    host.program("program", &[]);
    let ran = host.run(&["./program"]).succeeded();
    assert_eq!(ran.stdout, "program\n");
    let ran = host.run(&["program"]);
    assert_eq!(ran.code, Some(2), "no command has that name: {ran:?}");
}

pub fn a_program_that_misses_nothing_starts_and_is_not_pinned() {
    let host = Host::new();
    host.program("program", &[]);
    let ran = host.run(&["run", "./program"]).succeeded();
    assert_eq!((&*ran.stdout, &*ran.stderr), ("program\n", ""));
    assert_eq!(pins(&host), 0);
}

pub fn on_a_terminal_it_is_found_and_started_with_no_more_words() {
    for host in hosts() {
        let (_, package) = scene(&host);
        host.index(&[&package]);
        let terminal = Terminal::start(&mut host.ldshim(&["./program"]));
        let ended = terminal.ends();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.screen.ends_with("program\r\n42\r\n"), "{ended:?}");
        assert_eq!(pins(&host), 1);
    }
}

pub fn in_a_pipe_nothing_is_asked_and_the_command_is_told() {
    let host = Host::new();
    let (_, package) = scene(&host);
    let ran = host.run(&["run", "./program", "two words"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(127), ""), "{ran:?}");
    assert!(ran.stderr.contains("ldshim index update"), "{ran:?}");
    let missing = format!("program is missing {}", host.world.soname("a"));
    assert!(ran.stderr.contains(&missing), "{ran:?}");
    let command = "ldshim run --yes ./program 'two words'\n";
    assert!(ran.stderr.ends_with(command), "{ran:?}");

    host.index(&[&package]);
    let ran = host.run(&["run", "./program"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(127), ""), "{ran:?}");
    assert!(ran.stderr.contains(text(&package)), "{ran:?}");
    assert_eq!(pins(&host), 0);
}

/// Where the NixOS module has what is missing, all of it, in one of its presets.
pub fn a_preset_that_would_do_is_told() {
    let host = Host::new();
    let (_, package) = scene(&host);
    for is_indexed in [false, true] {
        if is_indexed {
            host.index(&[&package]);
        }
        for (name, libraries) in [("preset", &OF_A_PRESET[..]), ("none", &["libnone.so"])] {
            let linked = host.world.linked_to(libraries);
            let linked: Vec<_> = linked.iter().map(String::as_str).collect();
            let program = host.home().join(name);
            compile("int main(void) { return 0; }", &program, &linked);
            let ran = host.run(&["run", text(&program)]);
            assert_eq!(ran.code, Some(127), "{ran:?}");
            let line = format!("  do       {THE_PRESET}\n");
            assert_eq!(ran.stderr.contains(&line), name == "preset", "{ran:?}");
            assert_eq!(ran.stderr.contains("presets"), name == "preset", "{ran:?}");
        }
    }
}

pub fn once_leaves_nothing() {
    let host = Host::new();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    let before = files(&host.home());
    for _ in 0..2 {
        let ran = host.run(&["run", "--once", "--yes", "./program"]);
        assert!(!ran.stderr.contains("pinned"), "{ran:?}");
        prints(ran);
    }
    prints(host.run(&["run", "--once", "--yes", "--isolate", "./program"]));
    let mut after = files(&host.home());
    after.retain(|it| !text(it).contains(".cache/ldshim/bare"));
    assert_eq!(after, before);
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.file_type().expect("a file").is_dir() {
            true => all.extend(files(&entry.path())),
            false => all.push(entry.path()),
        }
    }
    all.sort();
    all
}

pub fn an_isolated_program_has_its_pin() {
    let host = Host::new();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    for _ in 0..2 {
        prints(host.run(&["run", "--yes", "--isolate", "./program"]));
    }
}

/// NixOS has a program at the place of the loader that says why nothing starts.
pub fn where_nixos_explains_itself_it_starts_all_the_same() {
    let mut host = Host::new();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    let place = host.world.folder().join("stub-ld");
    let words = "Could not start dynamically linked executable: NixOS cannot run";
    fs::write(&place, words).expect("a file");
    host.show(&place, "/lib64/ld-linux-x86-64.so.2");
    for _ in 0..2 {
        prints(host.run(&["run", "--yes", "./program"]));
    }
}

/// By a script's words, as launchers have them.
pub fn what_a_script_starts_gets_its_libraries() {
    let host = Host::new();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    let script = host.home().join("start.sh");
    fs::write(&script, "#!/bin/sh\nexec \"${0%/*}/program\" \"$@\"\n").expect("a file");
    let mut mode = std::process::Command::new("chmod");
    mode.arg("755").arg(&script).status().expect("coreutils");
    prints(host.run(&["run", "--yes", "./start.sh"]));
}

pub fn what_no_package_has_is_told() {
    let host = Host::new();
    host.program("program", &["a", "b"]);
    host.index(&[&host.world.package("p", &[("a", 42)])]);
    let ran = host.run(&["run", "--yes", "./program"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(127), ""), "{ran:?}");
    assert!(ran.stderr.contains(&host.world.soname("b")), "{ran:?}");
    assert_eq!(pins(&host), 0);
}

/// Garbage collection has taken what the pin needs: it is got again.
pub fn a_pin_whose_paths_are_gone_is_made_again() {
    let host = Host::new();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    prints(host.run(&["run", "--yes", "./program"]));
    let pins = host.home().join(".local/state/ldshim/pins");
    let pin = fs::read_dir(pins).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(pin.join("manifest")).expect("a link");
    std::os::unix::fs::symlink("/nix/store/gone", pin.join("manifest")).expect("a link");
    let ran = host.run(&["run", "--yes", "./program"]);
    assert!(ran.stderr.contains("pinned"), "{ran:?}");
    prints(ran);
}

pub fn pin_says_how_the_program_starts_then() {
    let host = Host::new();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    let ran = host.run(&["pin", "./program"]).succeeded();
    assert!(ran.stdout.contains("by `ldshim run "), "{ran:?}");
    prints(host.run(&["run", "./program"]));
}

/// The first start and the second: with no namespace, the program still starts, and its environment is its own.
pub fn in_a_container_it_starts_without_a_namespace() {
    for host in hosts() {
        let (_, package) = scene(&host);
        host.index(&[&package]);
        for _ in 0..2 {
            let mut run = host.ldshim(&["run", "--yes", "./program"]);
            in_container(&mut run);
            let ran = Ran::of(&mut run);
            assert!(ran.stderr.contains("no namespace is allowed"), "{ran:?}");
            prints(ran);
        }
        assert_eq!(pins(&host), 1);
        let child = "int main(int c, char **v, char **e) { for (; *e; ++e) puts(*e); }";
        compile(
            &format!("#include <stdio.h>\n{child}"),
            &host.home().join("environment"),
            &[],
        );
        let mut run = host.ldshim(&["run", "./environment"]);
        in_container(&mut run);
        let ran = Ran::of(&mut run).succeeded();
        assert!(!ran.stdout.contains("LD_"), "{ran:?}");
    }
}

/// How many system calls `ldshim run` makes in all, with those of the program; and how many of them start processes.
fn calls(host: &Host) -> (usize, usize) {
    let starting = [
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_clone,
        libc::SYS_clone3,
    ];
    let (all, processes) = (Cell::new(0), Cell::new(0));
    let count = |registers: &libc::user_regs_struct| {
        let is_process = starting.iter().any(|it| registers.orig_rax == *it as u64);
        all.set(all.get() + 1);
        processes.set(processes.get() + usize::from(is_process));
        false
    };
    kill_before(&mut host.ldshim(&["run", "./program"]), 0, count);
    (all.get(), processes.get())
}

/// Only the pin is looked at: neither is an index opened nor Nix started, and a program that misses nothing costs more. Counts,
/// for times depend on the machine.
pub fn the_second_start_is_short() {
    let host = Host::new();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    prints(host.run(&["run", "--yes", "./program"]));
    let (all, processes) = calls(&host);
    println!("{all} system calls");
    assert_eq!(processes, 0);
    assert!(all < 500, "{all} system calls");
}
