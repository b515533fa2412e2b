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
