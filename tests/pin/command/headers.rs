//! Program headers at odd places, and programs that do not say where theirs are: what the tool says, the stub does.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use goblin::elf::program_header::{PT_NULL, PT_PHDR};
use ldshim::elf::Image;

use super::ground::{Ground, Ran};
use crate::moved_headers::write_with_moved_headers;
use crate::nix::text;

fn verified(ground: &Ground) -> Ran {
    Ran::of(&mut ground.command(&["pins", "--verify"]))
}

/// A program at a fixed address, where a loader need not be told.
fn fixed(ground: &Ground) -> PathBuf {
    let library = ground.library("linked", "a", "0", &[]);
    let source =
        "#include <stdio.h>\nint a(void);\nint main(void) { printf(\"%d\\n\", a()); return 0; }\n";
    ground.program_of("program", source, &["-no-pie", text(&library)])
}

fn pinned(ground: &Ground) -> PathBuf {
    let program = fixed(ground);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    ground.pin(&["./program"]).succeeded();
    program
}

pub fn a_program_whose_headers_are_not_aligned_has_its_pin() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let moved = ground.path("moved");
    write_with_moved_headers(&program, &moved, 4);
    ground.does_not_start(&moved, &ground.soname("a"));
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    ground.pin(&["./moved"]).succeeded();
    ground.prints(&moved, &[1]);
    verified(&ground).succeeded();
}

pub fn a_pin_holds_only_if_the_stub_takes_it() {
    let ground = Ground::new();
    let program = pinned(&ground);
    verified(&ground).succeeded();
    ground.prints(&program, &[1]);
    let pin = ground
        .path("state/ldshim/pins")
        .join(ground.identity(&program));
    let mode = |bits| fs::set_permissions(&pin, Permissions::from_mode(bits)).expect("it is ours");
    mode(0o775);
    ground.does_not_start(&program, &ground.soname("a"));
    let said = verified(&ground);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.stdout
            .contains("the stub does not take the pin: it belongs to another user, or others"),
        "{said:?}"
    );
    mode(0o755);
    verified(&ground).succeeded();

    // Its build-id, and so its identity, stays.
    take_own_header_away(&program);
    ground.does_not_start(&program, &ground.soname("a"));
    let said = verified(&ground);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains("(it has no PT_PHDR)"), "{said:?}");
}

pub fn a_program_that_the_stub_does_not_know_is_refused() {
    let ground = Ground::new();
    let program = fixed(&ground);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    take_own_header_away(&program);
    ground.pin(&["./program"]).failed_with("it has no PT_PHDR");
    assert_eq!(ground.settled(&program), "nothing");
}

fn take_own_header_away(program: &Path) {
    let mut bytes = fs::read(program).expect("a program");
    let image = Image::parse(&bytes).expect("an ELF file");
    let number = image.segments.iter().position(|it| it.kind == PT_PHDR);
    let place = 64 + 56 * number.expect("a PT_PHDR");
    assert_eq!(bytes[place..place + 4], PT_PHDR.to_le_bytes());
    bytes[place..place + 4].copy_from_slice(&PT_NULL.to_le_bytes());
    fs::write(program, bytes).expect("it is ours");
}
