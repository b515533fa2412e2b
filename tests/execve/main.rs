//! Whether `ldshim explain` knows what execve does: hundreds of made files, each executed and each explained.
//!
//! The files are made once (`made/`), and stand in a root like the machine's, at `/t`; what is at the loader's place is the
//! test's choice (`world.rs`). There `truth.c` executes each, and tells what came of it by ptrace(2); then `ldshim explain --json`
//! is asked about each, as the same user. What it says of execve, and whether the program would start, has to be the same.

#![cfg(target_arch = "x86_64")]

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod made;
mod rules;
mod told;
mod world;

use made::Made;
use world::{At, User, World};

/// How many files have to be tried at least.
const AT_LEAST: usize = 200;

#[test]
fn execve_does_what_explain_says() {
    let made = Made::new();
    let world = World::new(&made);
    let all = made.all();
    assert!(all.len() >= AT_LEAST, "{} files", all.len());
    world.compare(At::Stub, User::Own, &all);
    let asks_for_loader = |it: &String| {
        let kinds = ["dynamic", "fixed", "interp", "names"];
        kinds.iter().any(|kind| it.starts_with(kind))
    };
    let dynamic: Vec<_> = all.into_iter().filter(asks_for_loader).collect();
    world.compare(At::MachinesLoader, User::Own, &dynamic);
}

#[test]
fn execve_does_what_explain_says_for_an_ordinary_user() {
    if !nix::unistd::geteuid().is_root() {
        // Then the test above is this one.
        return;
    }
    let made = Made::new();
    World::new(&made).compare(At::Stub, User::Nobody, &made.all());
}

#[test]
fn a_file_that_is_open_for_writing_is_told_where_the_kernel_tells() {
    let made = Made::new();
    let busy = made.folder().join("static");
    let open = std::fs::File::options().append(true).open(busy);
    let open = open.expect("it is ours");
    let names = ["static", "script"].map(str::to_owned);
    let world = World::new(&made);
    if world::linux() >= (6, 14) {
        world.compare(At::Stub, User::Own, &names);
        let output = world.ldshim(At::Stub, User::Own, &["explain", "static"]);
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(text.contains("still writing it"), "{text}");
    }
    drop(open);
    world.compare(At::Stub, User::Own, &names);
}

#[test]
fn what_is_at_the_loaders_place_counts() {
    let made = Made::new();
    let world = World::new(&made);
    let programs = ["dynamic", "script", "fixed", "static"].map(str::to_owned);
    for at in [
        At::Nothing,
        At::Text,
        At::Empty,
        At::Folder,
        At::NotExecutable,
        At::OtherMachine,
        At::Library,
        At::Script,
        At::LeadsNowhere,
        At::StubLd,
    ] {
        world.compare(at, User::Own, &programs);
    }
}
