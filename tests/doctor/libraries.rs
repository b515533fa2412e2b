//! Whether library environments hold

use std::fs;

use crate::common::stub;
use crate::system::{PLACE, System};

#[test]
fn a_library_environment_that_holds_is_fine() {
    let report = System::with_stub().doctor();
    let (level, seen) = report.one("library-environment");
    assert_eq!(level, "ok");
    assert!(seen.starts_with("/nld holds: "), "{seen}");
    for code in [
        "library-environment-broken",
        "cache-place-wrong",
        "libraries-incomplete",
    ] {
        assert!(!report.has(code), "{report:?}");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_a_problem() {
    let system = System::with_stub();
    let library = system.path("nld").join("libz.so.1");
    fs::remove_file(&library).unwrap();
    std::os::unix::fs::symlink("/nix/store/gone/lib/libz.so.1", &library).unwrap();
    let report = system.doctor();
    assert_eq!(report.one("library-environment-broken").0, "problem");
    assert!(!report.has("library-environment"), "{report:?}");
}

#[test]
fn a_wrong_place_of_the_cache_is_a_warning() {
    let system = System::with_stub();
    let place = system.path("nld").join("ld.so.cache.place");
    fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink("1 16", &place).unwrap();
    let report = system.doctor();
    assert_eq!(report.one("cache-place-wrong").0, "warning");
    assert!(report.is_healthy(), "{report:?}");
}

#[test]
fn libraries_that_lack_others_are_named() {
    let mut system = System::new();
    system.put(stub(), PLACE);
    // libmpfr.so.6 needs libgmp.so.10.
    let nld = system.library_env("nld", &["libmpfr6"]);
    system.put(&nld, "/nld");
    system.set("NIX_LD_LIBRARY_PATH", "/nld");
    let report = system.doctor();
    let (level, seen) = report.one("libraries-incomplete");
    assert_eq!(level, "warning");
    assert!(
        seen.contains("libmpfr.so.6") && seen.contains("libgmp.so.10"),
        "{seen}"
    );

    let nld = system.library_env("whole", &["libmpfr6", "libgmp10"]);
    system.put(&nld, "/who");
    system.set("NIX_LD_LIBRARY_PATH", "/who");
    assert!(!system.doctor().has("libraries-incomplete"));
}
