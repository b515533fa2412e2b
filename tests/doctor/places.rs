//! What is at the place of the loader

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::{store_path, stub};
use crate::stub_ld;
use crate::system::{PLACE, System, compile_static, real_loader};

const PLACE_32: &str = "/lib/ld-linux.so.2";
const PLACE_MUSL: &str = "/lib/ld-musl-x86_64.so.1";

/// A system with that program of this suite at the loader's place.
fn with(source: &str) -> System {
    with_made(source, |file| compile_static(source, file))
}

fn with_made(name: &str, make: impl FnOnce(&Path)) -> System {
    let mut system = System::new();
    let file = system.path(name);
    make(&file);
    system.put(&file, PLACE);
    system
}

#[test]
fn an_empty_place_is_a_problem() {
    let report = System::new().doctor();
    let found = report.all("no-stub");
    assert_eq!(found[0].0, "problem", "{report:?}");
    assert!(found[0].1.contains(PLACE), "{report:?}");
    assert!(!report.has("stub"));
    // Few systems have programs for i686 or of musl.
    for (at, place) in [(1, PLACE_MUSL), (2, PLACE_32)] {
        assert_eq!(found[at].0, "info", "{report:?}");
        assert!(found[at].1.contains(place), "{report:?}");
    }
}

#[test]
fn a_stub_of_ldshim_is_fine() {
    let report = System::with_stub().doctor();
    assert_eq!(
        report.one("stub"),
        ("ok", &*format!("{PLACE} is ldshim's stub"))
    );
    assert!(report.is_healthy(), "{report:?}");
}

#[test]
fn a_stub_under_another_name_is_told_with_the_right_one() {
    assert!(!System::with_stub().doctor().has("stub-misplaced"));
    for wrong in [
        "/lib64/ld-linux-x86_64.so.2",
        "/lib/ld-linux-x86-64.so.2",
        "/lib64/nix-ld",
    ] {
        let mut system = System::new();
        system.put(stub(), wrong);
        let report = system.doctor();
        let (level, seen) = report.one("stub-misplaced");
        assert_eq!(level, "warning");
        assert!(seen.starts_with(wrong) && seen.ends_with(PLACE), "{seen}");
    }
    // Where /lib is another name of /lib64, or the other way round, it is right by both.
    let mut system = System::new();
    system.put(stub(), PLACE);
    system.link("/lib64", "/lib");
    assert!(!system.doctor().has("stub-misplaced"));
    // Other files are none of ours.
    let mut system = System::with_stub();
    system.put(&real_loader(), "/lib64/ld-linux-x86-64.so.3");
    assert!(!system.doctor().has("stub-misplaced"));
}

#[test]
fn a_link_to_a_stub_is_a_stub() {
    let mut system = System::new();
    system.put(stub(), "/elsewhere/nix-ld");
    system.link("/elsewhere/nix-ld", PLACE);
    assert_eq!(system.doctor().one("stub").0, "ok");
}

#[test]
fn a_link_that_leads_nowhere_is_a_problem() {
    let mut system = System::new();
    system.link("/nix/store/gone/libexec/nix-ld", PLACE);
    let report = system.doctor();
    let (level, seen) = report.one("stub-dangling");
    assert_eq!(level, "problem");
    assert!(seen.contains("/nix/store/gone/libexec/nix-ld"), "{seen}");
}

#[test]
fn stub_ld_of_nixos_is_a_problem_and_says_so_itself() {
    let mut system = with_made("stub-ld", stub_ld::compile);
    system.put("/usr/bin/true".as_ref(), "/test/true");
    let report = system.doctor();
    assert_eq!(report.one("stub-ld").0, "problem");
    // A foreign program meets it there, and its message leads to the same advice.
    let output = system.output("/test/true".as_ref(), &[]);
    assert_eq!(output.status.code(), Some(127), "{output:?}");
    let message = String::from_utf8(output.stderr).unwrap();
    let output = system.ldshim(&["doctor", "--message", &message]);
    assert!(output.status.success(), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("/test/true"),
        "{output:?}"
    );
}

#[test]
fn nix_ld_is_known_by_its_messages() {
    for (source, version) in [("nix_ld_2", "nix-ld 2.x"), ("nix_ld_1", "nix-ld 1.x")] {
        let report = with(source).doctor();
        let (level, seen) = report.one("nix-ld");
        assert_eq!(level, "warning");
        assert!(seen.contains(version), "{seen}");
        assert!(report.is_healthy(), "{report:?}");
    }
}

#[test]
fn a_loader_that_nobody_knows_is_said_to_be_unknown() {
    let report = with("unknown").doctor();
    assert_eq!(report.one("unknown-loader").0, "warning");
    assert!(
        !report.has("nix-ld") && !report.has("stub-ld"),
        "{report:?}"
    );
}

#[test]
fn where_programs_have_a_loader_of_their_own_nothing_is_needed() {
    let mut system = System::new();
    system.put(&real_loader(), PLACE);
    system.put(&store_path("musl").join("lib/libc.so"), PLACE_MUSL);
    let report = system.doctor();
    let own = report.all("own-loader");
    assert_eq!(own.len(), 2, "{report:?}");
    assert!(own[0].1.contains("glibc 2."), "{report:?}");
    assert!(own[1].1.contains("musl"), "{report:?}");
    assert!(report.is_healthy(), "{report:?}");
    assert_eq!(report.one("no-plan").0, "info");
}

#[test]
fn a_file_that_is_no_loader_is_a_problem() {
    let mut system = System::new();
    system.write(PLACE, "#!/bin/sh\n");
    fs::set_permissions(
        system.path(&PLACE.replace('/', "_")),
        Permissions::from_mode(0o755),
    )
    .unwrap();
    assert_eq!(system.doctor().one("no-loader").0, "problem");

    let mut system = System::new();
    system.put("/usr/bin/true".as_ref(), PLACE);
    let report = system.doctor();
    assert!(report.one("no-loader").1.contains("asks for"), "{report:?}");

    let mut system = System::new();
    system.put("/tmp".as_ref(), PLACE);
    assert_eq!(system.doctor().one("no-loader").0, "problem");
}

#[test]
fn a_loader_for_another_architecture_is_a_problem() {
    let mut system = System::new();
    let foreign = store_path("libc6-arm64-cross").join("lib/ld-linux-aarch64.so.1");
    system.put(&foreign, PLACE);
    let report = system.doctor();
    assert!(report.one("no-loader").1.contains("AARCH64"), "{report:?}");
}

#[test]
fn a_stub_that_may_not_be_executed_is_a_problem() {
    let mut system = System::new();
    let file = system.write(PLACE, fs::read(stub()).unwrap());
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(system.doctor().one("stub-unusable").0, "problem");
    fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    assert!(!system.doctor().has("stub-unusable"));
}

#[test]
fn a_damaged_stub_is_a_problem() {
    let mut system = System::new();
    let mut bytes = fs::read(stub()).unwrap();
    let at = memchr::memmem::find(&bytes, b"ldshim baked").unwrap();
    bytes[at] = b'L';
    let file = system.write(PLACE, bytes);
    fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    assert_eq!(system.doctor().one("stub-damaged").0, "problem");
}

#[test]
fn baked_paths_that_are_gone_are_a_problem() {
    let mut system = System::new();
    let loader = real_loader();
    let flags = [
        "--loader",
        loader.to_str().unwrap(),
        "--library-dir",
        "/gone/lib",
    ];
    let configured = system.configured_stub(&flags);
    system.put(&configured, PLACE);
    let report = system.doctor();
    assert_eq!(report.one("baked-path-gone").0, "problem");
    assert!(
        report.one("baked-path-gone").1.contains("/gone/lib"),
        "{report:?}"
    );
}

#[test]
fn a_stub_for_musl_may_stand_beside_that_for_glibc() {
    let mut system = System::with_stub();
    system.put(stub(), PLACE_MUSL);
    let report = system.doctor();
    assert_eq!(report.all("stub").len(), 2, "{report:?}");
}
