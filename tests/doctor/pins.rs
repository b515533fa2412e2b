//! Pins: whether they hold, and whether the stub trusts them

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use ldshim::elf::{Image, program_identity};
use serde_json::json;

use crate::common::store_path;
use crate::system::System;

const HOME: &str = "/home/alice";
const PROGRAM: &str = "/test/true";

/// A system in which a program is pinned, and the pin's directory here.
fn with_pin() -> (System, PathBuf) {
    let mut system = System::with_stub();
    system.put("/usr/bin/true".as_ref(), PROGRAM);
    let home = system.path("home");
    let pin = pin(&home, &identity("/usr/bin/true"), &store_path("zlib1g"));
    system.put(&home, HOME);
    system.set("HOME", HOME);
    (system, pin)
}

fn identity(program: &str) -> String {
    let bytes = fs::read(program).unwrap();
    program_identity(&Image::parse(&bytes).unwrap())
        .short
        .to_string()
}

/// Writes what the doctor looks at of a pin.
fn pin(home: &Path, identity: &str, manifest: &Path) -> PathBuf {
    let pin = home.join(".local/state/ldshim/pins").join(identity);
    fs::create_dir_all(&pin).unwrap();
    fs::set_permissions(&pin, Permissions::from_mode(0o755)).unwrap();
    symlink(manifest, pin.join("manifest")).unwrap();
    let roots = home.join(".local/state/ldshim/roots");
    fs::create_dir_all(&roots).unwrap();
    symlink(manifest, roots.join("root")).unwrap();
    symlink("../../roots/root", pin.join("root")).unwrap();
    let description = json!({
        "version": 1, "program": PROGRAM, "identity": identity, "build_id": null, "system": "x86_64-linux",
        "loader": "/nld/ld.so", "libraries": 1, "extra_paths": [], "packages": [], "revision": null,
        "store_paths": [], "closure_size": 1, "created": 1, "verified": 1,
    });
    fs::write(pin.join("pin.json"), description.to_string()).unwrap();
    pin
}

#[test]
fn no_pins_are_no_news() {
    let mut system = System::with_stub();
    system.set("HOME", HOME);
    let report = system.doctor();
    assert!(
        !report.has("pins") && !report.has("pins-unreadable"),
        "{report:?}"
    );
}

#[test]
fn a_pin_that_holds_is_fine() {
    let (system, _) = with_pin();
    assert_eq!(system.doctor().one("pins"), ("ok", "pins that hold: 1"));
}

#[test]
fn a_pin_of_an_older_library_environment_is_worth_knowing() {
    let (mut system, pin) = with_pin();
    let folder = system.path("environment");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("ld.so"), "").unwrap();
    system.put(&folder, "/environment");
    let describe = |fingerprint: &str| {
        let text = fs::read_to_string(pin.join("pin.json")).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value["made_with"] = json!({
            "loader": "/environment/ld.so", "directories": ["/environment"], "fingerprint": fingerprint,
        });
        fs::write(pin.join("pin.json"), value.to_string()).unwrap();
    };
    describe("0000000000000000");
    let report = system.doctor();
    let (level, said) = report.one("pin-older");
    assert_eq!(level, "info");
    assert!(
        said.contains("made with an older library environment"),
        "{said}"
    );
    // Of one that is gone nobody knows.
    system.remove("/environment");
    assert_eq!(system.doctor().one("pins").0, "ok");
}

#[test]
fn a_pin_that_others_may_write_to_is_not_used() {
    let (system, pin) = with_pin();
    fs::set_permissions(&pin, Permissions::from_mode(0o775)).unwrap();
    let report = system.doctor();
    assert_eq!(report.one("pin-not-trusted").0, "warning");
    assert!(!report.has("pins"), "{report:?}");
}

#[test]
fn a_pin_whose_paths_are_gone_is_a_warning() {
    let (system, pin) = with_pin();
    fs::remove_file(pin.join("manifest")).unwrap();
    symlink("/nix/store/gone", pin.join("manifest")).unwrap();
    let report = system.doctor();
    assert_eq!(report.one("pin-paths-gone").0, "warning");
    assert!(
        report.one("pin-paths-gone").1.contains(PROGRAM),
        "{report:?}"
    );
}

#[test]
fn a_pin_that_nothing_keeps_is_a_warning() {
    let (system, pin) = with_pin();
    fs::remove_dir_all(pin.join("../../roots")).unwrap();
    let report = system.doctor();
    assert_eq!(report.one("pin-not-kept").0, "warning");
    assert!(report.one("pin-not-kept").1.contains(PROGRAM), "{report:?}");
}

#[test]
fn a_program_that_is_gone_or_was_replaced_is_worth_knowing() {
    let (mut system, _) = with_pin();
    system.remove(PROGRAM);
    assert_eq!(system.doctor().one("pin-of-no-program").0, "info");
    system.put("/usr/bin/env".as_ref(), PROGRAM);
    assert_eq!(system.doctor().one("pin-of-an-older-program").0, "info");
}

#[test]
fn a_damaged_pin_is_a_warning_and_a_mark_is_none() {
    let (system, pin) = with_pin();
    fs::write(pin.join("pin.json"), "{").unwrap();
    assert_eq!(system.doctor().one("pin-damaged").0, "warning");
    fs::remove_dir_all(&pin).unwrap();
    symlink("nothing-missing", &pin).unwrap();
    let report = system.doctor();
    assert!(
        !report.has("pin-damaged") && !report.has("pins"),
        "{report:?}"
    );
}

#[test]
fn a_tool_that_the_stub_could_not_start_is_a_warning() {
    let mut system = System::with_stub();
    assert!(!system.doctor().has("on-demand"));
    system.set("NIX_LD_ON_DEMAND", "ask");
    let report = system.doctor();
    let (level, seen) = report.one("on-demand-without-tool");
    assert_eq!(level, "warning");
    assert!(seen.contains("/run/current-system/sw/bin/ldshim"), "{seen}");

    system.put(
        env!("CARGO_BIN_EXE_ldshim").as_ref(),
        "/run/current-system/sw/bin/ldshim",
    );
    let report = system.doctor();
    assert!(report.one("on-demand").1.ends_with("(ask)"), "{report:?}");
    for (value, is_unknown) in [("no", true), ("0", false), ("", false)] {
        system.set("NIX_LD_ON_DEMAND", value);
        let report = system.doctor();
        assert_eq!(report.has("on-demand-unknown"), is_unknown, "{value}");
        assert!(!report.has("on-demand"), "{value}");
    }
}
