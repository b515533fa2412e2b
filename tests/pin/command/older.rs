//! Pins that are copies of a library environment which has changed since.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::ground::{Ground, Ran};
use crate::nix::text;

fn pins(ground: &Ground, flags: &[&str]) -> Ran {
    Ran::of(&mut ground.command(&[&["pins"], flags].concat()))
}

/// The library environment has this version of the library `b` from now on.
fn update(ground: &Ground, version: &str) {
    let b = ground.soname("b");
    let file = ground.library(&format!("b{version}"), "b", version, &[]);
    _ = fs::remove_file(ground.path("more").join(&b));
    ground.put_into_environment(&b, &file);
}

/// A pinned program that has `a` of a package, and `b` of the library environment.
fn pinned(ground: &Ground) -> PathBuf {
    update(ground, "1");
    let program = ground.program("program", &["a", "b"]);
    ground.add_to_index(&[&ground.package("p", "a", 42)]);
    ground.pin(&["./program"]).succeeded();
    ground.prints(&program, &[42, 1]);
    program
}

fn is_older(ground: &Ground) -> bool {
    let listed = pins(ground, &["--json"]).succeeded().stdout;
    let value: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(value["pins"][0]["state"], "holds", "{listed}");
    value["pins"][0]["older"].as_bool().expect("a bool")
}

pub fn a_pin_of_an_older_library_environment_is_told_and_renewed() {
    let ground = Ground::new();
    let program = pinned(&ground);
    assert!(!is_older(&ground));
    assert!(!pins(&ground, &[]).stdout.contains("older"));
    let created = |ground: &Ground| {
        created(
            &ground
                .path("state/ldshim/pins")
                .join(ground.identity(&program)),
        )
    };
    let first = created(&ground);
    pins(&ground, &["--refresh"]).succeeded();
    assert_eq!(created(&ground), first, "what is not older is left alone");

    update(&ground, "2");
    ground.prints(&program, &[42, 1]);
    assert!(is_older(&ground));
    let said = pins(&ground, &["--verify"]).succeeded().stdout;
    assert!(said.contains("holds, older"), "{said}");
    assert!(
        said.contains(
            "made with an older library environment; `ldshim pin PROGRAM` takes the new one"
        ),
        "{said}"
    );

    let said = pins(&ground, &["--refresh"]).succeeded().stdout;
    assert!(
        said.contains(&format!("pinned anew: {}", program.display())),
        "{said}"
    );
    ground.prints(&program, &[42, 2]);
    assert!(!is_older(&ground));
}

/// It was pinned by force, for it misses nothing.
pub fn a_pin_of_the_libraries_of_then_is_renewed() {
    let ground = Ground::new();
    update(&ground, "1");
    let program = ground.program("program", &["b"]);
    ground.pin(&["--force", "./program"]).succeeded();
    update(&ground, "2");
    ground.prints(&program, &[1]);
    pins(&ground, &["--refresh"]).succeeded();
    ground.prints(&program, &[2]);
}

/// Others are renewed all the same.
pub fn a_pin_that_cannot_be_renewed_is_told() {
    let ground = Ground::new();
    let program = pinned(&ground);
    let other = ground.program_of(
        "other",
        &source(&ground),
        &[text(&ground.path("linked/lib").join(ground.soname("b")))],
    );
    ground.pin(&["--force", "./other"]).succeeded();
    update(&ground, "2");
    // Another library of that name: without the package, none has it any more.
    let pin = ground
        .path("state/ldshim/pins")
        .join(ground.identity(&program))
        .join("pin.json");
    let described = fs::read_to_string(&pin).expect("a file");
    let mut value: Value = serde_json::from_str(&described).expect("JSON");
    value["packages"][0]["store_path"] = "/nix/store/00000000000000000000000000000000-none".into();
    fs::write(&pin, value.to_string()).expect("a file");
    let said = pins(&ground, &["--refresh"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let told = format!("cannot renew the pin of {}", program.display());
    assert!(said.stderr.contains(&told), "{said:?}");
    ground.prints(&other, &[2]);
    ground.prints(&program, &[42, 1]);
}

fn source(ground: &Ground) -> String {
    assert!(ground.path("linked").exists());
    "#include <stdio.h>\nint b(void);\nint main(void) { printf(\"%d\\n\", b()); return 0; }\n"
        .into()
}

fn created(pin: &Path) -> std::time::SystemTime {
    let metadata = pin.join("manifest").symlink_metadata();
    metadata.expect("a link").modified().expect("a time")
}
