//! The index of libraries

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::nix_index::{Database, Package};
use crate::system::System;

const HOME: &str = "/home/alice";

/// A system whose user has an index, and the index's file here.
fn with_index() -> (System, PathBuf) {
    let mut system = System::with_stub();
    let home = system.path("home");
    fs::create_dir(&home).unwrap();
    let mut database = Database::new(Vec::new(), 3).unwrap();
    let files = [("100x", "/lib/libz.so.1")];
    database
        .package(&Package::new('a', "zlib", "zlib-1.3.1"), files)
        .unwrap();
    let file = system.path("files");
    fs::write(&file, database.finish().unwrap()).unwrap();
    let mut import = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    import.args(["index", "import"]).arg(&file);
    import.env("HOME", &home).env_remove("XDG_CACHE_HOME");
    assert!(import.output().unwrap().status.success());
    system.put(&home, HOME);
    system.set("HOME", HOME);
    (system, home.join(".cache/ldshim/index/nixpkgs"))
}

#[test]
fn no_index_is_worth_knowing() {
    let mut system = System::with_stub();
    assert_eq!(system.doctor().one("no-index").0, "info");
    system.set("HOME", HOME);
    assert_eq!(system.doctor().one("no-index").0, "info");
    let text = system.doctor_text(&[]);
    assert!(
        text.contains("\n           `ldshim index add STORE_PATH`"),
        "{text}"
    );
}

#[test]
fn an_index_is_fine_until_it_is_old() {
    let (system, file) = with_index();
    let report = system.doctor();
    assert!(
        report.one("index").1.ends_with("is 0 days old"),
        "{report:?}"
    );
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    let written = File::options().write(true).open(file).unwrap();
    written.set_modified(SystemTime::now() - year).unwrap();
    let report = system.doctor();
    assert!(
        report.one("index-old").1.ends_with("is 365 days old"),
        "{report:?}"
    );
    assert!(!report.has("index"), "{report:?}");
    // A clock that is wrong is no reason to fail.
    written.set_modified(SystemTime::now() + year).unwrap();
    assert!(system.doctor().has("index"));
}

#[test]
fn a_damaged_index_is_a_warning() {
    let (system, file) = with_index();
    fs::write(&file, "no index").unwrap();
    let report = system.doctor();
    assert_eq!(report.one("index-damaged").0, "warning");
    assert!(
        report
            .one("index-damaged")
            .1
            .contains("ldshim index update"),
        "{report:?}"
    );
}

#[test]
fn the_systems_index_counts_where_it_is_newer() {
    let mut system = System::with_stub();
    system.set("HOME", HOME);
    let (_other, file) = with_index();
    const OF_SYSTEM: &str = "/run/current-system/sw/share/nix-ld/index/nixpkgs";
    system.put(&file, OF_SYSTEM);
    let report = system.doctor();
    assert!(report.one("index").1.contains(OF_SYSTEM), "{report:?}");

    let (mut system, own) = with_index();
    system.put(&file, OF_SYSTEM);
    let date = |file: &PathBuf, days: u64| {
        let before = Duration::from_secs(days * 24 * 60 * 60);
        let opened = File::options().write(true).open(file).unwrap();
        opened.set_modified(SystemTime::now() - before).unwrap();
    };
    date(&own, 70);
    date(&file, 10);
    assert!(system.doctor().one("index").1.contains(OF_SYSTEM));
    date(&file, 80);
    let report = system.doctor();
    assert!(report.one("index-old").1.contains(HOME), "{report:?}");
    // What another version has made for the system is no reason to fail.
    fs::write(&file, "ldshimix of another version").unwrap();
    assert!(system.doctor().has("index-old"));
    fs::remove_file(&own).unwrap();
    assert!(system.doctor().has("index-damaged"));
}
