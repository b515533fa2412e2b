//! `ldshim pins` and `ldshim unpin`, as users run them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Command;

use ldshim::pin::{self, Mark};
use loader_stub::identity::Identity;
use serde_json::Value;

use crate::check::nothing_else;
use crate::nix::text;
use crate::world::{Scene, World};

/// Runs `ldshim`: its status, and what it prints to stdout and stderr.
fn run(world: &World, arguments: &[&str]) -> (i32, String, String) {
    let output = world.ldshim(arguments).output().expect("ldshim");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let status = output.status.code().expect("a status");
    (status, text(&output.stdout), text(&output.stderr))
}

/// A world with a pinned program, and that program's identity.
fn pinned() -> (World, PathBuf, Identity) {
    let scene = Scene::pinned();
    let identity = scene.identity();
    (scene.world, scene.program, identity)
}

/// As text and as JSON.
pub fn a_pin_is_listed_with_its_program_and_state() {
    let (world, program, identity) = pinned();
    let (status, listed, _) = run(&world, &["pins"]);
    assert_eq!(status, 0);
    let lines: Vec<_> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[0].starts_with("identity "), "{listed}");
    assert!(lines[1].starts_with(&identity.to_string()), "{listed}");
    assert!(
        lines[1].ends_with(&format!("holds  {}", program.display())),
        "{listed}"
    );

    let (_, json, _) = run(&world, &["pins", "--json"]);
    let value: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["schema"], 1);
    let pin = &value["pins"][0];
    assert_eq!(pin["state"], "holds");
    assert_eq!(pin["pin"]["program"], text(&program));
    assert_eq!(pin["pin"]["packages"][0]["libraries"][0], world.soname("a"));

    let empty = World::new();
    assert_eq!(run(&empty, &["pins"]).1, "there are no pins\n");
    assert!(!empty.state().directory().exists());
}

/// By the path at which it was, from another directory too, and by identity.
pub fn a_program_is_unpinned_though_it_is_gone() {
    let (world, program, identity) = pinned();
    fs::remove_file(&program).expect("it is there");
    assert!(run(&world, &["pins"]).1.contains("program gone"));
    let (status, said, _) = run(&world, &["unpin", text(&program)]);
    assert_eq!(status, 0);
    assert!(said.contains(text(&program)), "{said}");
    nothing_else(&world.state(), 0);

    for name in [text(&program), &identity.to_string(), "/nonexistent"] {
        let (status, _, told) = run(&world, &["unpin", name]);
        assert_eq!(status, 1);
        assert!(
            told.contains(&format!("there is no pin of {name}")),
            "{told}"
        );
    }

    let (world, _, identity) = pinned();
    let (status, _, _) = run(&world, &["unpin", "/nonexistent", &identity.to_string()]);
    assert_eq!(status, 1);
    nothing_else(&world.state(), 0);

    let (world, program, _) = pinned();
    let mut command = world.ldshim(&["unpin", "./program"]);
    let output = command
        .current_dir(program.parent().expect("a folder"))
        .output();
    assert!(output.expect("ldshim").status.success());
    nothing_else(&world.state(), 0);
}

/// They have no program, but an identity.
pub fn marks_are_listed_and_removed() {
    let world = World::new();
    let identity = |number: u64| Identity::parse(format!("{number:016x}").as_bytes());
    for (number, mark) in (0..).zip(Mark::ALL) {
        pin::mark(&world.state(), identity(number).expect("digits"), mark).expect("a mark");
    }
    let (_, listed, _) = run(&world, &["pins"]);
    for mark in Mark::ALL {
        assert!(listed.contains(mark.text()), "{listed}");
    }
    assert_eq!(run(&world, &["pins", "--verify"]).0, 0);
    assert_eq!(run(&world, &["unpin", "0000000000000000"]).0, 0);
    nothing_else(&world.state(), 2);
    // What was declined stays declined.
    let (_, listed, told) = run(&world, &["pins", "--prune"]);
    assert!(
        told.contains("removed the mark failed of 0000000000000002"),
        "{told}"
    );
    assert!(
        listed.contains("declined") && !listed.contains("failed"),
        "{listed}"
    );
    nothing_else(&world.state(), 1);
}

/// One pin that holds, one whose program is gone, one whose program is another one now, and leftovers.
pub fn prune_removes_what_is_of_no_use_and_nothing_else() {
    let world = World::new();
    let package = world.package("p", &[("a", 42)]);
    let programs = ["kept", "gone", "changed"].map(|name| world.program(name, &["a"]));
    for program in &programs {
        world
            .write(&world.recipe(program, &package, "a"))
            .expect("a pin");
    }
    let state = world.state();
    nothing_else(&state, 3);
    let [kept, gone, changed] = &programs;
    fs::remove_file(gone).expect("it is there");
    world.program("changed", &[]);
    fs::create_dir(state.pins().join(".new-leftover")).expect("a folder");
    std::os::unix::fs::symlink("/nix/store/nothing", state.roots().join("leftover"))
        .expect("a link");

    let (status, listed, told) = run(&world, &["pins", "--prune"]);
    assert_eq!(status, 0);
    assert!(
        told.contains(&format!("{} (program gone)", gone.display())),
        "{told}"
    );
    assert!(
        told.contains(&format!("{} (program changed)", changed.display())),
        "{told}"
    );
    assert!(told.contains("2 steps that were not finished"), "{told}");
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains(text(kept)), "{listed}");
    nothing_else(&state, 1);
    assert_eq!(run(&world, &["pins", "--prune"]).2, "");
}

/// Two copies of one build have one pin. The pin is of use as long as one of them is there.
pub fn prune_keeps_the_pin_of_a_copy() {
    let world = World::new();
    let package = world.package("p", &[("a", 42)]);
    let first = world.program("program", &["a"]);
    let second = world.folder().join("copy");
    fs::copy(&first, &second).expect("a copy");
    for program in [&first, &second] {
        let recipe = world.recipe(program, &package, "a");
        world.write(&recipe).expect("a pin");
    }
    let state = world.state();
    nothing_else(&state, 1);
    for (gone, left) in [(&second, Some(&first)), (&first, None)] {
        fs::remove_file(gone).expect("it is there");
        let verified = run(&world, &["pins", "--prune", "--verify"]);
        assert_eq!(verified.0, 0, "{verified:?}");
        nothing_else(&state, usize::from(left.is_some()));
    }

    // A program is unpinned by each of its paths.
    world.program("program", &["a"]);
    fs::copy(&first, &second).expect("a copy");
    for program in [&first, &second, &second] {
        let recipe = world.recipe(program, &package, "a");
        world.write(&recipe).expect("a pin");
    }
    let [entry] = &pin::all(&state).expect("a list")[..] else {
        panic!("there is one")
    };
    let pin = pin::Pin::read(&entry.path).expect("a pin");
    assert_eq!(
        (pin.program.as_str(), pin.also),
        (text(&second), vec![text(&first).to_owned()])
    );
    fs::remove_file(&first).expect("it is there");
    assert_eq!(run(&world, &["unpin", text(&first)]).0, 0);
    nothing_else(&state, 0);
}

/// Its path cannot be written down, so nobody knows whether it is there.
pub fn prune_keeps_the_pin_of_a_program_whose_path_is_not_utf_8() {
    let world = World::new();
    let package = world.package("p", &[("a", 42)]);
    let program = world.program("program", &["a"]);
    let odd = world.folder().join(OsStr::from_bytes(b"odd\xff"));
    fs::rename(&program, &odd).expect("it is there");
    world
        .write(&world.recipe(&odd, &package, "a"))
        .expect("a pin");
    assert_eq!(run(&world, &["pins", "--prune"]).2, "");
    nothing_else(&world.state(), 1);
    let verified = run(&world, &["pins", "--verify"]).1;
    assert!(verified.contains("is not UTF-8"), "{verified}");
}

/// A library that is no longer there, and a manifest that is not.
pub fn verify_asks_the_real_loader_again() {
    let (world, program, identity) = pinned();
    let pin = world.state().pin(identity);
    let set_verified = |seconds: u64| {
        let text = fs::read_to_string(pin.join("pin.json")).expect("a file");
        let mut value: Value = serde_json::from_str(&text).expect("JSON");
        value["verified"] = seconds.into();
        fs::write(pin.join("pin.json"), value.to_string()).expect("a file");
    };
    let verified = || {
        ldshim::pin::Pin::read(&pin)
            .expect("a pin")
            .verified
            .expect("a time")
    };
    set_verified(1);
    assert!(run(&world, &["pins"]).1.contains("1970-01-01"));
    let (status, listed, told) = run(&world, &["pins", "--verify"]);
    assert_eq!((status, told.as_str()), (0, ""), "{listed}");
    assert!(verified() > 1);
    nothing_else(&world.state(), 1);

    // Both are where a loader finds libraries: as an entry of the cache, and as a link.
    set_verified(1);
    fs::remove_file(pin.join(world.soname("a"))).expect("it is there");
    fs::remove_file(pin.join("ld.so.cache")).expect("it is there");
    fs::remove_file(pin.join("ld.so.cache.place")).expect("it is there");
    let (status, listed, _) = run(&world, &["pins", "--verify"]);
    assert_eq!(status, 1);
    assert!(
        listed.contains(&format!("{} is missing", world.soname("a"))),
        "{listed}"
    );
    assert!(listed.contains("does not hold"), "{listed}");
    assert_eq!(verified(), 1);

    fs::remove_file(pin.join("manifest")).expect("it is there");
    let (status, listed, _) = run(&world, &["pins", "--verify", "--json"]);
    assert_eq!(status, 1);
    let value: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(value["pins"][0]["state"], "paths-gone");
    assert_eq!(value["pins"][0]["pin"]["program"], text(&program));
}

/// They are in /etc/ldshim, which is another directory in this test's mount namespace.
pub fn those_of_the_system_are_found_by_a_flag() {
    let (world, program, identity) = pinned();
    let etc = world.folder().join("etc");
    fs::create_dir(&etc).expect("a folder");
    let script = r#"cp -a "$STATE" "$ETC" && mount --bind "$ETC" /etc && "$LDSHIM" pins --system &&
                  "$LDSHIM" unpin --system "$IDENTITY" && "$LDSHIM" pins --system"#;
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script]);
    command
        .env("STATE", world.state().directory())
        .env("ETC", etc);
    command.env("LDSHIM", env!("CARGO_BIN_EXE_ldshim"));
    command.env("IDENTITY", identity.to_string());
    let output = command.output().expect("util-linux");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    // A copy has no root of its own.
    let listed = format!("not kept  {}", program.display());
    assert!(said.contains(&listed), "{said}");
    assert!(said.ends_with("there are no pins\n"), "{said}");
    // The user's is another one, and still there.
    nothing_else(&world.state(), 1);
}
