//! What a session tells the loader by variables, and what that means for a pin.

use std::process::Command;

use super::ground::{Ground, Ran};
use super::on_demand;

/// What a session tells the loader is gone in the next one, and the pin is not.
pub fn what_the_loader_is_told_does_not_answer_for_the_pin() {
    for variable in ["LD_LIBRARY_PATH", "LD_PRELOAD"] {
        let ground = Ground::new();
        let program = ground.program("program", &["a", "b"]);
        ground.add_to_index(&[&ground.package("p", "a", 1), &ground.package("q", "b", 2)]);
        let file = ground.library("vendored", "b", "3", &[]);
        let value = match variable {
            "LD_PRELOAD" => file.as_path(),
            _ => file.parent().expect("a folder"),
        };
        let mut command = ground.command(&["pin", "./program"]);
        Ran::of(command.env(variable, value)).succeeded();
        ground.prints(&program, &[1, 2]);
        // It is a variable that counts.
        let mut start = Command::new(&program);
        let ran = Ran::of(ground.in_session(&mut start).env(variable, value));
        assert_eq!(ran.succeeded().stdout, "1\n3\n");
    }
}

/// As a wrapper starts a program with libraries that came with it.
pub fn a_first_start_counts_what_the_loader_is_told() {
    for (variable, is_told) in [
        ("LD_LIBRARY_PATH", true),
        ("LD_PRELOAD", true),
        ("OTHER", false),
    ] {
        let mut ground = Ground::new();
        on_demand::start_tool(&mut ground, "ask");
        let program = ground.program("program", &["a"]);
        let file = ground.library("vendored", "a", "3", &[]);
        let value = match variable {
            "LD_PRELOAD" => file.as_path(),
            _ => file.parent().expect("a folder"),
        };
        let mut start = Command::new(&program);
        let ran = Ran::of(ground.in_session(&mut start).env(variable, value));
        assert_eq!(ran.code == Some(0), is_told, "{ran:?}");
        assert_eq!(ran.stderr.is_empty(), is_told, "{ran:?}");
        // Without the variable it misses one.
        assert_eq!(ground.settled(&program), "nothing");
        ground.does_not_start(&program, "to find and pin them: ldshim pin");
    }
}

pub fn a_program_that_needs_no_variable_is_marked_in_spite_of_it() {
    let mut ground = Ground::new();
    on_demand::start_tool(&mut ground, "ask");
    let program = ground.program("program", &[]);
    let mut start = Command::new(&program);
    let start = ground.in_session(&mut start);
    Ran::of(start.env("LD_LIBRARY_PATH", "/nowhere")).succeeded();
    assert_eq!(ground.settled(&program), "nothing-missing");
}
