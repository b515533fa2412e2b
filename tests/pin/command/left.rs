//! Libraries that no package has: what can be had is pinned without them, and where they lie is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::ground::{Ground, Ran};
use crate::nix::text;
use crate::world::{OF_A_PRESET, THE_PRESET};

/// A program that misses two libraries, of which a package has the first.
fn half(ground: &Ground) -> PathBuf {
    let program = ground.program("app/bin/program", &["a", "b"]);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    program
}

fn ground() -> Ground {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("app/bin")).expect("a folder");
    ground
}

pub fn what_can_be_had_is_pinned() {
    let ground = ground();
    let program = half(&ground);
    let [a, b] = ["a", "b"].map(|it| ground.soname(it));
    ground.does_not_start(&program, &a);
    let said = ground.pin(&[text(&program)]);
    let said = said.failed_with(&format!("no package in the index has {b}"));
    assert!(said.stdout.contains(&format!("{a}: missing")), "{said:?}");
    assert!(
        said.stderr.contains("program would still not start"),
        "{said:?}"
    );
    assert_eq!(ground.settled(&program), "pin");
    ground.does_not_start(&program, &b);
    // Who forces it is content with that.
    ground.pin(&["--force", text(&program)]).succeeded();
    // Once there is a package, it is taken.
    ground.add_to_index(&[&ground.package("q", "b", 2)]);
    ground.pin(&[text(&program)]).succeeded();
    ground.prints(&program, &[1, 2]);
}

/// There is nothing to pin, unless somebody wants the libraries of today.
pub fn where_nothing_can_be_had_force_pins_the_libraries_of_today() {
    let ground = ground();
    let program = ground.program("app/bin/program", &["a", "b"]);
    ground.add_to_index(&[&ground.package("p", "c", 1)]);
    let said = ground
        .pin(&[text(&program)])
        .failed_with("to pin it all the same: ldshim pin --force ");
    for library in ["a", "b"] {
        let reason = format!("no package in the index has {}", ground.soname(library));
        assert!(said.stderr.contains(&reason), "{said:?}");
    }
    assert_eq!(ground.settled(&program), "nothing");
    ground.pin(&["--force", text(&program)]).succeeded();
    assert_eq!(ground.settled(&program), "pin");
}

pub fn a_library_beside_the_program_is_told_and_can_be_used() {
    let ground = ground();
    let program = half(&ground);
    let b = ground.soname("b");
    let told = format!("{b} lies in");
    let said = ground.pin(&["--dry-run", text(&program)]).succeeded();
    assert!(!said.stdout.contains("beside the program"), "{said:?}");

    let folder = ground.path("app/libs");
    fs::create_dir(&folder).expect("a folder");
    // What only has its name is no library.
    fs::write(folder.join(&b), "text").expect("a file");
    let said = ground.pin(&["--dry-run", text(&program)]).succeeded();
    assert!(!said.stdout.contains("beside the program"), "{said:?}");

    let made = ground.library("made", "b", "7", &[]);
    fs::copy(made, folder.join(&b)).expect("a copy");
    let said = ground
        .pin(&["--dry-run", text(&program)])
        .succeeded()
        .stdout;
    let (place, path) = (folder.display(), program.display());
    let told = format!("{told} {place}, beside the program");
    for part in [
        told,
        format!("ldshim pin --extra-path {place} {path}"),
        format!("ldshim patch --add-rpath '$ORIGIN/../libs' {path}"),
    ] {
        assert!(said.contains(&part), "{part:?} is not in {said}");
    }
    ground
        .pin(&["--extra-path", text(&folder), text(&program)])
        .succeeded();
    ground.prints(&program, &[1, 7]);
    let listed = ground.command(&["pins", "--verify"]).output();
    assert!(listed.expect("ldshim").status.success());
}

/// A program that misses what one preset of the NixOS module has, all of it; and one that misses something that none has.
fn of_preset_and_of_none(ground: &Ground) -> [PathBuf; 2] {
    let program = |name: &str, libraries: &[&str]| {
        let linked = ground.world.linked_to(libraries);
        let linked: Vec<_> = linked.iter().map(String::as_str).collect();
        ground.program_of(name, "int main(void) { return 0; }", &linked)
    };
    [
        program("preset", &OF_A_PRESET),
        program("none", &["libnone.so"]),
    ]
}

pub fn a_preset_that_would_do_is_told() {
    let ground = ground();
    let [preset, none] = of_preset_and_of_none(&ground);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    let said = |program: &Path| {
        ground
            .pin(&[text(program)])
            .failed_with("no package in the index")
            .stdout
    };
    let line = format!("  do       {THE_PRESET}\n");
    assert!(said(&preset).contains(&line), "{}", said(&preset));
    assert!(!said(&none).contains("presets"), "{}", said(&none));
}

/// As `ldshim pin` does.
pub fn fix_tells_a_preset_that_would_do() {
    let ground = ground();
    let [preset, none] = of_preset_and_of_none(&ground);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    let said = |program: &Path| Ran::of(&mut ground.command(&["fix", text(program)])).stdout;
    let line = format!("  do       {THE_PRESET}\n");
    assert!(said(&preset).contains(&line), "{}", said(&preset));
    assert!(!said(&none).contains("presets"), "{}", said(&none));
}

/// The one line that a start on demand says.
pub fn a_start_on_demand_tells_a_preset_that_would_do() {
    let ground = ground();
    let said = |program: &Path| {
        let identity = ground.identity(program);
        let arguments = [
            "pin",
            "--auto",
            "ask",
            "--identity",
            &identity,
            text(program),
        ];
        let mut command = ground.command(&arguments);
        Ran::of(command.stdin(Stdio::null())).succeeded().stderr
    };
    let [preset, none] = of_preset_and_of_none(&ground).map(|it| said(&it));
    let option = "; on NixOS: programs.nix-ld.presets = [ \"qt\" ];\n";
    assert!(preset.ends_with(option), "{preset}");
    assert_eq!(preset.lines().count(), 1, "{preset}");
    assert!(!none.contains("NixOS"), "{none}");
}

/// The other way that is told.
pub fn a_library_beside_the_program_can_be_used_by_its_search_path() {
    let ground = ground();
    let program = half(&ground);
    let folder = ground.path("app/libs");
    fs::create_dir(&folder).expect("a folder");
    let made = ground.library("made", "b", "7", &[]);
    fs::copy(made, folder.join(ground.soname("b"))).expect("a copy");
    let patch = ["patch", "--add-rpath", "$ORIGIN/../libs", text(&program)];
    let patched = ground.command(&patch).output().expect("ldshim");
    assert!(patched.status.success(), "{patched:?}");
    ground.pin(&[text(&program)]).succeeded();
    ground.prints(&program, &[1, 7]);
}
