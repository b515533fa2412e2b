//! NIX_LD and its relatives

use crate::common::{store_path, stub};
use crate::system::{PLACE, System, compile_static, real_loader};

#[test]
fn a_loader_that_can_be_used_is_fine() {
    let mut system = System::with_stub();
    for name in ["NIX_LD", "NIX_LD_x86_64_linux"] {
        system.set(name, real_loader());
    }
    let report = system.doctor();
    assert_eq!(report.all("loader-variable").len(), 2, "{report:?}");
    for code in [
        "loader-gone",
        "newline",
        "not-a-loader",
        "relative-path",
        "mistyped-variable",
    ] {
        assert!(!report.has(code), "{report:?}");
    }
}

#[test]
fn a_loader_that_is_gone_is_as_bad_as_its_reader_takes_it() {
    let mut system = System::with_stub();
    system.set(
        "NIX_LD",
        "/nix/store/00000000000000000000000000000000-glibc/lib/ld.so",
    );
    assert_eq!(system.doctor().one("loader-gone").0, "warning");

    // nix-ld gives up.
    system.remove(PLACE);
    let nix_ld = system.path("nix_ld_2");
    compile_static("nix_ld_2", &nix_ld);
    system.put(&nix_ld, PLACE);
    assert_eq!(system.doctor().one("loader-gone").0, "problem");

    // Nobody reads it.
    system.remove(PLACE);
    system.put(&real_loader(), PLACE);
    assert_eq!(system.doctor().one("loader-gone").0, "info");

    system.set("NIX_LD", "");
    assert!(!system.doctor().has("loader-gone"));
}

#[test]
fn a_list_in_place_of_one_loader_is_told() {
    let mut system = System::with_stub();
    let loader = real_loader();
    system.set("NIX_LD", format!("{0}:{0}", loader.display()));
    assert_eq!(system.doctor().one("loader-is-a-list").0, "warning");
}

#[test]
fn a_line_break_at_the_end_is_worth_knowing() {
    let mut system = System::with_stub();
    system.set("NIX_LD", format!("{}\n", real_loader().display()));
    let report = system.doctor();
    assert_eq!(report.one("newline").0, "info");
    assert_eq!(report.one("loader-variable").0, "ok");
}

#[test]
fn a_loader_of_another_architecture_is_told_with_the_variable_for_it() {
    let mut system = System::with_stub();
    let foreign = store_path("libc6-arm64-cross").join("lib/ld-linux-aarch64.so.1");
    system.set("NIX_LD", &*foreign);
    assert_eq!(
        system.doctor().one("loader-of-another-architecture").0,
        "warning"
    );
    // In its own variable it is right.
    system.unset("NIX_LD");
    system.set("NIX_LD_aarch64_linux", &*foreign);
    let report = system.doctor();
    assert!(!report.has("loader-of-another-architecture"), "{report:?}");
    assert_eq!(report.one("loader-variable").0, "ok");
}

#[test]
fn a_program_a_library_and_a_stub_are_no_loaders() {
    let mut system = System::with_stub();
    system.put("/usr/bin/true".as_ref(), "/test/true");
    system.put(stub(), "/test/nix-ld");
    let library = store_path("zlib1g").join("lib/libz.so.1");
    for file in [
        "/test/true",
        "/test/nix-ld",
        library.to_str().unwrap(),
        "/nld",
    ] {
        system.set("NIX_LD", file);
        let report = system.doctor();
        assert_eq!(report.one("not-a-loader").0, "warning", "{file}");
    }
}

#[test]
fn a_relative_loader_is_told() {
    let mut system = System::with_stub();
    system.set("NIX_LD", "../nld/ld.so");
    assert_eq!(system.doctor().one("relative-path").0, "warning");
}
