//! What the stub would decide, here and in services

use crate::common::stub;
use crate::system::{PLACE, System, compile_static, real_loader};

#[test]
fn loader_and_libraries_are_told_with_who_named_them() {
    let report = System::with_stub().doctor();
    assert_eq!(
        report.one("loader"),
        ("ok", "loader /nld/ld.so (from the library environment)")
    );
    let libraries = "libraries in /nld (from NIX_LD_LIBRARY_PATH), by the loader's cache";
    assert_eq!(report.one("libraries"), ("ok", libraries));
}

#[test]
fn no_real_loader_is_a_problem_that_names_those_that_were_tried() {
    let mut system = System::new();
    system.put(stub(), PLACE);
    system.set("NIX_LD", "/gone/ld.so");
    let report = system.doctor();
    let (level, seen) = report.one("no-real-loader");
    assert_eq!(level, "problem");
    assert!(seen.contains("/gone/ld.so (from NIX_LD)"), "{seen}");
    assert!(
        seen.contains("/run/current-system/sw/share/nix-ld/lib/ld.so"),
        "{seen}"
    );
    assert!(!report.has("no-libraries"), "{report:?}");
}

#[test]
fn a_loader_without_libraries_is_a_warning() {
    let mut system = System::new();
    system.put(stub(), PLACE);
    system.set("NIX_LD", real_loader());
    assert_eq!(system.doctor().one("no-libraries").0, "warning");
}

#[test]
fn directories_without_a_cache_are_worth_knowing() {
    let mut system = System::with_stub();
    system.set("NIX_LD_LIBRARY_PATH", "/nld:/nld");
    system.set("NIX_LD", real_loader());
    let report = system.doctor();
    assert_eq!(report.one("no-cache").0, "info");
    assert!(!report.has("libraries"), "{report:?}");
}

#[test]
fn a_cache_whose_path_does_not_fit_into_the_loader_is_told() {
    let mut system = System::with_stub();
    let env = system.path("nld");
    system.put(&env, "/a-library-environment");
    for (path, is_told) in [("/a-library-environment", true), ("/nld:/nld", false)] {
        let text = system.doctor_text(&[("NIX_LD_LIBRARY_PATH", path)]);
        assert_eq!(text.contains("no room for its path"), is_told, "{text}");
    }
}

#[test]
fn what_only_a_session_has_is_told() {
    let report = System::with_stub().doctor();
    assert_eq!(report.one("only-in-sessions").0, "warning");
}

#[test]
fn what_is_baked_in_serves_services_as_well() {
    let mut system = System::with_stub();
    system.remove(PLACE);
    let configured = system.configured_stub(&["--library-dir", "/nld", "--loader", "/nld/ld.so"]);
    system.put(&configured, PLACE);
    let report = system.doctor();
    assert!(
        !report.has("only-in-sessions") && !report.has("other-in-services"),
        "{report:?}"
    );

    let other = system.library_env("other", &[]);
    system.put(&other, "/oth");
    system.set("NIX_LD_LIBRARY_PATH", "/oth");
    let report = system.doctor();
    let (level, seen) = report.one("other-in-services");
    assert_eq!(level, "info");
    assert!(
        seen.contains("/nld (from the stub's configuration)"),
        "{seen}"
    );
}

#[test]
fn a_stub_that_is_named_wrongly_is_a_problem() {
    let mut system = System::with_stub();
    system.set("LDSHIM_STUB", "/usr/bin/env");
    assert_eq!(system.doctor().one("stub-named-wrongly").0, "problem");
    system.set("LDSHIM_STUB", "");
    assert!(!system.doctor().has("stub-named-wrongly"));
}

#[test]
fn without_a_stub_of_ldshim_nothing_is_decided() {
    let mut system = System::with_stub();
    system.remove(PLACE);
    let file = system.path("nix_ld_2");
    compile_static("nix_ld_2", &file);
    system.put(&file, PLACE);
    let report = system.doctor();
    assert_eq!(report.one("no-plan").0, "info");
    assert!(
        !report.has("loader") && !report.has("only-in-sessions"),
        "{report:?}"
    );
}
