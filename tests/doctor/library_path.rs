//! LD_LIBRARY_PATH and LD_PRELOAD

use crate::common::store_path;
use crate::system::System;

/// What loaders of Debian read, as the store's is.
const PRELOAD_FILE: &str = "/etc/ld.so.preload";

#[test]
fn a_file_that_preloads_for_all_programs_is_told() {
    let mut system = System::with_stub();
    assert!(!system.doctor().has("preload-file"));
    system.write(PRELOAD_FILE, "# none\n\n");
    assert!(!system.doctor().has("preload-file"));
    let libz = store_path("zlib1g").join("lib/libz.so.1");
    let text = format!("{}\n/gone/libmalloc.so # fast\n", libz.display());
    system.write(PRELOAD_FILE, text);
    let report = system.doctor();
    let (level, seen) = report.one("preload-file");
    assert_eq!(level, "warning");
    assert!(
        seen.contains("libz.so.1, /gone/libmalloc.so into every program"),
        "{seen}"
    );
    assert!(
        seen.ends_with("; /gone/libmalloc.so is not there"),
        "{seen}"
    );
}

#[test]
fn a_preload_file_of_other_loaders_is_an_info() {
    let mut system = System::with_stub();
    system.write("/etc/ld-nix.so.preload", "/nix/store/x/lib/libmalloc.so\n");
    let report = system.doctor();
    let (level, seen) = report.one("preload-file");
    assert_eq!(level, "info");
    assert!(seen.contains("libmalloc.so"), "{seen}");
}

const SET: &str = "# of a user\nexport LD_LIBRARY_PATH=/nld\n";

#[test]
fn none_of_them_is_fine() {
    let report = System::with_stub().doctor();
    for code in [
        "ld-library-path",
        "ld-library-path-in-startup-file",
        "preload",
        "preload-gone",
    ] {
        assert!(!report.has(code), "{report:?}");
    }
}

#[test]
fn ld_library_path_is_a_warning_and_a_glibc_in_it_a_problem() {
    let mut system = System::with_stub();
    system.set("LD_LIBRARY_PATH", store_path("zlib1g").join("lib"));
    let report = system.doctor();
    assert_eq!(report.one("ld-library-path").0, "warning");
    assert!(
        !report.has("glibc-in-ld-library-path") && report.is_healthy(),
        "{report:?}"
    );

    system.set("LD_LIBRARY_PATH", store_path("libc6").join("lib"));
    assert_eq!(system.doctor().one("glibc-in-ld-library-path").0, "problem");
}

#[test]
fn an_empty_element_means_the_current_directory() {
    let mut system = System::with_stub();
    let lib = store_path("zlib1g").join("lib");
    system.set("LD_LIBRARY_PATH", format!("{}:", lib.display()));
    assert_eq!(system.doctor().one("empty-element").0, "warning");
}

#[test]
fn the_file_that_sets_it_is_named() {
    let mut system = System::with_stub();
    system.set("HOME", "/home/alice");
    system.write("/home/alice/.profile", SET);
    let report = system.doctor();
    let (level, seen) = report.one("ld-library-path-in-startup-file");
    assert_eq!(level, "warning");
    assert!(seen.ends_with("/home/alice/.profile:2"), "{seen}");

    system.set("LD_LIBRARY_PATH", "/nld");
    let report = system.doctor();
    assert!(
        report
            .one("ld-library-path")
            .1
            .contains("/home/alice/.profile:2"),
        "{report:?}"
    );

    // Not the profile of somebody else.
    system.set("HOME", "/home/bob");
    assert!(!system.doctor().one("ld-library-path").1.contains("alice"));
}

#[test]
fn files_of_the_system_are_looked_at_too() {
    let mut system = System::with_stub();
    system.write("/etc/profile.d/graphics.sh", SET);
    system.write(
        "/etc/set-environment",
        "export LD_LIBRARY_PATH=\"/run/opengl-driver/lib\"\n",
    );
    let report = system.doctor();
    let (_, seen) = report.one("ld-library-path-in-startup-file");
    assert!(
        seen.contains("/etc/set-environment:1, /etc/profile.d/graphics.sh:2"),
        "{seen}"
    );
}

#[test]
fn ld_preload_is_worth_knowing_and_a_warning_if_it_is_gone() {
    let mut system = System::with_stub();
    let library = store_path("zlib1g").join("lib/libz.so.1");
    system.set("LD_PRELOAD", &*library);
    assert_eq!(system.doctor().one("preload").0, "info");
    system.set("LD_PRELOAD", format!("{} /gone.so", library.display()));
    let report = system.doctor();
    assert_eq!(report.one("preload-gone").0, "warning");
    assert!(!report.has("preload"), "{report:?}");
}
