//! The same thing has the same mark, whichever command tells it.

use super::ground::Ground;
use crate::common::Ran;

pub fn a_missing_library_has_the_same_mark_everywhere() {
    let ground = Ground::new();
    ground.program("program", &["a"]);
    let soname = ground.soname("a");
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    for arguments in [
        &["explain", "./program"][..],
        &["pin", "--dry-run", "./program"],
        &["fix", "--dry-run", "./program"],
        &["explain", "--all", "."],
    ] {
        let said = Ran::of(&mut ground.command(arguments)).stdout;
        let is_told = |line: &str| line.starts_with("  problem  ") && line.contains(&soname);
        assert!(said.lines().any(is_told), "{arguments:?}: {said}");
    }
    // What can be pasted has the same mark, too.
    let said = Ran::of(&mut ground.command(&["explain", "./program"])).stdout;
    let step = "  do       To give it packages that have what is missing: ldshim pin ./program\n";
    assert!(said.contains(step), "{said}");
    Ran::of(&mut ground.command(&["pin", "./program"])).succeeded();
    let said = Ran::of(&mut ground.command(&["explain", "./program"])).stdout;
    assert!(said.contains("\nwould start\n"), "{said}");
    assert!(!said.contains("problem  "), "{said}");
}

pub fn explain_tells_what_a_pin_has_and_who_chose_it() {
    let ground = Ground::new();
    ground.program("program", &["a"]);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    let explain = || Ran::of(&mut ground.command(&["explain", "-v", "./program"])).stdout;
    assert!(!explain().contains("what was decided before"));
    Ran::of(&mut ground.command(&["pin", "./program"])).succeeded();
    let said = explain();
    let decided = said.split("\nwhat was decided before\n").nth(1);
    let decided = decided.unwrap_or_else(|| panic!("{said}"));
    assert!(decided.starts_with("  info     pinned on "), "{said}");
    let library = format!("\n           {}: from ", ground.soname("a"));
    assert!(decided.contains(&library), "{said}");
    let reason = "\n             because: the only package that has it\n";
    assert!(decided.contains(reason), "{said}");
}
