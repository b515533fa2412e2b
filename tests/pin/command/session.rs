//! What a session tells the loader by variables, and what that means for a pin.

use std::process::Command;

use super::ground::{Ground, Ran};

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
