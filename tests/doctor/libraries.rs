//! Whether library environments hold

use std::fs;
use std::process::Command;

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

#[test]
fn drivers_that_want_a_newer_glibc_are_named() {
    let mut system = System::new();
    system.put(stub(), PLACE);
    let drivers = system.path("drivers");
    fs::create_dir(&drivers).unwrap();
    let folder = system.path("");
    // A driver that wants this version of libc.so.6.
    let driver = |version: &str| {
        let file = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        file("v.map", &format!("{version} {{ global: f; }};"));
        file("f.c", "int f(void) { return 0; }");
        file("use.c", "int f(void); int driver(void) { return f(); }");
        let cc = |arguments: &[&str]| {
            let mut cc = Command::new("cc");
            cc.args(["-shared", "-fPIC", "-nostdlib"]).args(arguments);
            assert!(cc.current_dir(&folder).status().unwrap().success());
        };
        cc(&[
            "-o",
            "libc.so.6",
            "f.c",
            "-Wl,--version-script=v.map",
            "-Wl,-soname,libc.so.6",
        ]);
        cc(&["-o", "drivers/libGLX_some.so.0", "use.c", "./libc.so.6"]);
    };
    driver("GLIBC_2.2.5");
    let nld = system.library_env_with("nld", &["--extra-path", "/drivers"]);
    system.put(&drivers, "/drivers");
    system.put(&nld, "/nld");
    system.set("NIX_LD_LIBRARY_PATH", "/nld");
    assert!(!system.doctor().has("drivers-unusable"));
    driver("GLIBC_9.99");
    let report = system.doctor();
    let (level, seen) = report.one("drivers-unusable");
    assert_eq!(level, "warning");
    assert!(
        seen.contains("/drivers: foreign programs cannot load libGLX_some.so.0: libc.so.6 has no version GLIBC_9.99"),
        "{seen}"
    );
}
