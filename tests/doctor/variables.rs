//! NIX_LD_LIBRARY_PATH and its relatives, and names that nobody reads

use crate::common::{store_path, stub};
use crate::system::{PLACE, System, real_loader};

const CURRENT: &str = "/run/current-system/sw/share/nix-ld/lib";

#[test]
fn directories_that_are_there_are_fine() {
    let report = System::with_stub().doctor();
    assert_eq!(
        report.one("library-variable"),
        ("ok", "NIX_LD_LIBRARY_PATH=/nld")
    );
}

#[test]
fn directories_that_are_gone_are_named() {
    let mut system = System::with_stub();
    system.set("NIX_LD_LIBRARY_PATH", "/nld:/gone:/nix/store/gone/lib");
    system.set("NIX_LD", real_loader());
    let report = system.doctor();
    let gone = report.all("directory-gone");
    assert_eq!(gone.len(), 2, "{report:?}");
    assert!(gone.iter().all(|it| it.0 == "warning"));
    assert!(
        gone[0].1.contains("/gone") && gone[1].1.contains("/nix/store/gone/lib"),
        "{gone:?}"
    );
    assert!(!report.has("library-variable"));
}

#[test]
fn empty_elements_relative_paths_and_line_breaks_are_told() {
    for (value, code) in [
        ("/nld:", "empty-element"),
        (":/nld", "empty-element"),
        ("/nld::/nld", "empty-element"),
        ("../nld", "relative-path"),
        ("/nld\n", "control-character"),
    ] {
        let mut system = System::with_stub();
        system.set("NIX_LD", real_loader());
        system.set("NIX_LD_LIBRARY_PATH", value);
        let report = system.doctor();
        assert_eq!(report.one(code).0, "warning", "{value:?}");
        assert!(!report.has("library-variable"), "{report:?}");
    }
}

#[test]
fn a_package_in_place_of_its_directory_is_told() {
    let mut system = System::with_stub();
    system.set("NIX_LD", real_loader());
    system.set("NIX_LD_LIBRARY_PATH", store_path("zlib1g"));
    assert_eq!(system.doctor().one("package-as-directory").0, "warning");
    system.set("NIX_LD_LIBRARY_PATH", store_path("zlib1g").join("lib"));
    assert!(!system.doctor().has("package-as-directory"));
}

#[test]
fn variables_of_an_older_generation_are_told() {
    let mut system = System::new();
    system.put(stub(), PLACE);
    let [old, new] = [("old", "/gen/old"), ("new", "/gen/new")].map(|(name, at)| {
        let env = system.library_env(name, &["zlib1g"]);
        system.put(&env, at);
        at
    });
    system.link(new, CURRENT);
    for (number, env) in [(40, old), (41, new)] {
        let link = format!("/nix/var/nix/profiles/system-{number}-link/sw/share/nix-ld/lib");
        system.link(env, &link);
    }
    system.set("NIX_LD_LIBRARY_PATH", old);
    let report = system.doctor();
    assert!(
        report.one("older-generation").1.contains("generation 40"),
        "{report:?}"
    );

    system.set("NIX_LD_LIBRARY_PATH", new);
    assert!(!system.doctor().has("older-generation"));
    system.set("NIX_LD_LIBRARY_PATH", CURRENT);
    assert!(!system.doctor().has("older-generation"));
}

#[test]
fn names_that_nobody_reads_are_told() {
    let mut system = System::with_stub();
    system.set("NIX_LD_x86_64-linux", "/x");
    assert_eq!(system.doctor().one("mistyped-variable").0, "warning");
    system.unset("NIX_LD_x86_64-linux");
    system.set("NIX_LDFLAGS", "-lz");
    assert!(!system.doctor().has("mistyped-variable"));
}
