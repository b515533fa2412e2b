//! Locks: `ldshim pin --write-lock` and `--lock`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::ground::{Ground, Ran};
use crate::common;
use crate::nix::text;

/// A ground with a program that misses `a`; its lock; and the package in it. The library that the program has
/// without a pin is `b`.
fn locked() -> (Ground, PathBuf, PathBuf, PathBuf) {
    let ground = Ground::new();
    let program = ground.program("program", &["a", "b"]);
    let today = ground.package("today", "b", 2);
    ground.put_into_environment(
        &ground.soname("b"),
        &today.join("lib").join(ground.soname("b")),
    );
    let package = ground.package("p", "a", 1);
    ground.add_to_index(&[&package]);
    let lock = ground.path("lock.json");
    let said = ground
        .pin(&["--write-lock", text(&lock), "./program"])
        .succeeded()
        .stdout;
    assert!(said.contains("lock: "), "{said}");
    ground.prints(&program, &[1, 2]);
    (ground, program, lock, package)
}

/// Another machine: no index, no pin, and a library environment without `b`.
fn elsewhere(ground: &Ground) {
    for folder in ["cache", "state", "environment"] {
        fs::remove_dir_all(ground.path(folder)).expect("a folder");
    }
    let mut build = std::process::Command::new(env!("CARGO_BIN_EXE_ldshim"));
    build
        .args(["env", "build", "--loader"])
        .arg(common::platform().loader());
    build
        .arg("--out")
        .arg(ground.path("environment"))
        .arg(common::store_path("libc6"));
    Ran::of(&mut build).succeeded();
}

fn changed(lock: &Path, change: impl Fn(&mut Value)) {
    let text = fs::read_to_string(lock).expect("a lock");
    let mut value = serde_json::from_str(&text).expect("JSON");
    change(&mut value);
    fs::write(lock, value.to_string()).expect("a lock");
}

pub fn a_lock_makes_the_same_pin_elsewhere() {
    let (ground, program, lock, package) = locked();
    let packages = |ground: &Ground| {
        let file = ground
            .path("state/ldshim/pins")
            .join(ground.identity(&program));
        let text = fs::read_to_string(file.join("pin.json")).expect("a pin");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        value["packages"].to_string()
    };
    assert!(packages(&ground).contains(text(&package)));
    elsewhere(&ground);
    ground.does_not_start(&program, &ground.soname("a"));
    ground
        .pin(&["--lock", text(&lock), "./program"])
        .succeeded();
    assert!(packages(&ground).contains(text(&package)));
    ground.prints(&program, &[1, 2]);
}

pub fn a_lock_that_is_not_named_is_not_used() {
    let (ground, program, ..) = locked();
    elsewhere(&ground);
    ground.pin(&["./program"]).failed_with("There is no index");
    assert_eq!(ground.settled(&program), "nothing");
}

pub fn a_lock_of_another_build_is_refused() {
    let (ground, _, lock, _) = locked();
    let other = ground.program_of("program", "int main(void) { return 3; }", &[]);
    let told = "the lock is for another build of program";
    ground
        .pin(&["--lock", text(&lock), "./program"])
        .failed_with(told);
    assert_eq!(ground.settled(&other), "nothing");
}

/// What somebody does to a lock.
type Change<'a> = &'a dyn Fn(&mut Value);

/// What a lock says of a package.
fn locked_package<'v>(value: &'v mut Value, store_path: &Path) -> &'v mut Value {
    let packages = value["packages"].as_array_mut().expect("a list");
    let mut packages = packages.iter_mut();
    packages
        .find(|it| it["store_path"] == text(store_path))
        .expect("the package")
}

/// Each change is refused, and changes nothing.
pub fn a_lock_that_is_changed_is_refused() {
    let (ground, program, lock, package) = locked();
    elsewhere(&ground);
    let written = fs::read(&lock).expect("a lock");
    let soname = ground.soname("a");
    let gone = package.with_file_name(format!("{}-gone", "0".repeat(32)));
    let changes: [(Change<'_>, &str); 5] = [
        (
            &|value| locked_package(value, &package)["libraries"][0] = "libother.so".into(),
            "has no libother.so, which the lock says it has",
        ),
        (
            &|value| locked_package(value, &package)["store_path"] = text(&gone).into(),
            "cannot get",
        ),
        (
            &|value| _ = value["packages"].as_array_mut().map(Vec::clear),
            "is in none of its packages",
        ),
        (
            &|value| {
                let packages = value["packages"].as_array_mut().expect("a list");
                packages.retain(|it| it["store_path"] != text(&package));
            },
            &format!("{soname} is missing"),
        ),
        (&|value| value["version"] = 2.into(), "its format is 2"),
    ];
    for (change, told) in changes {
        fs::write(&lock, &written).expect("a lock");
        changed(&lock, change);
        ground
            .pin(&["--lock", text(&lock), "./program"])
            .failed_with(told);
        assert_eq!(ground.settled(&program), "nothing", "{told}");
    }
    fs::write(&lock, &written).expect("a lock");
    ground
        .pin(&["--lock", text(&lock), "./program"])
        .succeeded();
}

pub fn what_is_outside_of_the_store_is_not_in_a_lock() {
    let ground = Ground::new();
    ground.program("program", &["a", "b"]);
    let file = ground.library("outside", "b", "2", &[]);
    ground.put_into_environment(&ground.soname("b"), &file);
    ground.add_to_index(&[&ground.package("p", "a", 1)]);
    let lock = ground.path("lock.json");
    let told = ground
        .pin(&["--write-lock", text(&lock), "./program"])
        .succeeded()
        .stderr;
    let expected = format!(
        "not in the lock, because it is not in the Nix store: {}",
        file.display()
    );
    assert!(told.contains(&expected), "{told}");
    let written = fs::read_to_string(&lock).expect("a lock");
    assert!(
        written.contains(&ground.soname("a")) && !written.contains(&ground.soname("b")),
        "{written}"
    );
}

pub fn a_lock_of_a_program_that_misses_nothing_is_written_by_force_only() {
    let ground = Ground::new();
    ground.program("program", &[]);
    let lock = ground.path("lock.json");
    let arguments = ["--write-lock", text(&lock), "./program"];
    ground
        .pin(&arguments)
        .failed_with("write a lock of them: --force");
    assert!(!lock.exists());
    ground
        .pin(&[&["--force"], &arguments[..]].concat())
        .succeeded();
    assert!(lock.exists());
}
