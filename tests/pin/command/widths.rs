//! Reports on terminals of several widths.

use super::ground::Ground;
use crate::terminal::screen;

/// What a report may be wider than the terminal for: a path, or a command that is to be pasted.
fn cannot_be_broken(line: &str) -> bool {
    let words = line.trim().trim_start_matches(['`', '"']);
    !words.contains(' ') || words.starts_with("ldshim ") || words.starts_with("nix")
}

/// The lines that are wider than they may be.
fn too_wide(text: &str, columns: u16) -> Vec<&str> {
    let is_wide = |line: &&str| line.chars().count() > columns.into();
    let lines = text.lines().filter(is_wide);
    lines.filter(|it| !cannot_be_broken(it)).collect()
}

pub fn no_line_is_wider_than_the_terminal() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let packages = [ground.package("one", "a", 1), ground.package("two", "b", 2)];
    ground.add_to_index(&[&packages[0], &packages[1]]);
    ground.program("other", &["b"]);
    ground.pin(&["./other"]).succeeded();
    let soname = ground.soname("a");
    let reports: [&[&str]; 10] = [
        &["explain", "./program"],
        &["explain", "--all", "."],
        &["pin", "--dry-run", "./program"],
        &["pin", "./other"],
        &["pins"],
        &["doctor"],
        &[
            "doctor",
            "--message",
            "libz.so.1: cannot open shared object file: No such file or directory",
        ],
        &["run", "/no/such/program"],
        &["index", "add", packages[0].to_str().expect("text")],
        &["locate", &soname],
    ];
    for columns in [60, 80, 120, 200] {
        for report in reports {
            let mut command = ground.command(report);
            let seen = screen(command.env("NO_COLOR", "1"), columns);
            let wide = too_wide(&seen, columns);
            assert!(wide.is_empty(), "{columns} {report:?}: {wide:#?}\n{seen}");
            assert!(!seen.contains('\x1b'), "{seen:?}");
        }
    }
    // Commands stay whole, and what stands in a pipe is as it is.
    let step = format!(
        "ldshim pin {}",
        program.file_name().expect("a name").display()
    );
    let step = step.replace("pin ", "pin ./");
    for columns in [60, 200] {
        let mut command = ground.command(&["explain", "./program"]);
        let seen = screen(command.env("NO_COLOR", "1"), columns);
        assert!(seen.contains(&step), "{seen}");
    }
    let piped = crate::common::Ran::of(&mut ground.command(&["doctor"])).stdout;
    assert!(!too_wide(&piped, 60).is_empty(), "{piped}");
}
