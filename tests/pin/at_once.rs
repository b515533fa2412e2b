//! Several writers at once.

use std::path::PathBuf;
use std::process::Child;

use crate::check::{nothing_else, whole_pin};
use crate::world::World;
use crate::writer;

/// Waits for writers that should all succeed.
fn all_succeed(writers: Vec<Child>) {
    for mut writer in writers {
        assert!(writer.wait().expect("a writer").success());
    }
}

/// Whoever comes last wins, and the other leaves nothing behind.
pub fn one_program_has_one_of_two_pins_that_are_written_at_once() {
    let world = World::new();
    let program = world.program("program", &["a"]);
    let packages = [("one", 1), ("two", 2), ("three", 3)];
    let packages = packages.map(|(name, answer)| world.package(name, &[("a", answer)]));
    let start = |package: &PathBuf| {
        let mut writer = writer::command(&world.state(), &program, package, &world.soname("a"));
        writer.spawn().expect("a writer")
    };
    all_succeed(packages.iter().map(start).collect());
    let identity = world.recipe(&program, &packages[0], "a").identity.short;
    let pin = whole_pin(&world.state(), identity).expect("a pin");
    let winner = packages.iter().position(|it| pin.store_paths.contains(it));
    let winner = winner.expect("one of them");
    let said = world.run(&program, &world.state().pin(identity));
    assert_eq!(said, format!("program\n{}\n", winner + 1));
    nothing_else(&world.state(), 1);
}

/// No writer takes another one's unfinished work for something left over.
pub fn pins_of_many_programs_can_be_written_at_once() {
    let world = World::new();
    let package = world.package("p", &[("a", 42)]);
    let programs: Vec<_> = (0..4)
        .map(|number| world.program(&format!("program{number}"), &["a"]))
        .collect();
    let start = |program: &PathBuf| {
        let mut writer = writer::command(&world.state(), program, &package, &world.soname("a"));
        writer.spawn().expect("a writer")
    };
    all_succeed(programs.iter().map(start).collect());
    for program in &programs {
        let identity = world.recipe(program, &package, "a").identity.short;
        whole_pin(&world.state(), identity).expect("a pin");
    }
    nothing_else(&world.state(), programs.len());
}
