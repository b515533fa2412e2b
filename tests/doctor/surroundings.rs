//! What a system has beside the stub

use crate::system::System;

/// A system that looks like NixOS.
fn nixos() -> System {
    let mut system = System::with_stub();
    system.write("/etc/NIXOS", "");
    system
}

#[test]
fn the_systems_own_library_environment_is_looked_for() {
    let mut system = nixos();
    assert_eq!(system.doctor().one("no-system-environment").0, "info");
    system.link("/nld", "/run/current-system/sw/share/nix-ld/lib");
    let report = system.doctor();
    assert!(
        report.one("system-environment").1.ends_with("is /nld"),
        "{report:?}"
    );
    assert!(!report.has("no-system-environment"));
}

#[test]
fn usr_bin_env_is_looked_for() {
    let mut system = System::with_stub();
    assert!(!system.doctor().has("no-env"));
    system.remove("/usr/bin/env");
    assert_eq!(system.doctor().one("no-env").0, "warning");
}

#[test]
fn bash_and_the_driver_are_asked_for_on_nixos_only() {
    let report = System::with_stub().doctor();
    assert!(
        !report.has("no-bash") && !report.has("no-driver"),
        "{report:?}"
    );
    let mut system = nixos();
    let report = system.doctor();
    assert_eq!(
        (report.one("no-bash").0, report.one("no-driver").0),
        ("info", "info")
    );
    system.link("/usr/bin/env", "/bin/bash");
    system.link("/nld", "/run/opengl-driver/lib");
    let report = system.doctor();
    assert!(!report.has("no-bash"), "{report:?}");
    assert_eq!(report.one("driver").0, "ok");
}

#[test]
fn a_home_that_programs_may_not_be_started_from_is_told() {
    let mut system = System::with_stub();
    system.set("HOME", "/nld");
    assert!(!system.doctor().has("noexec"));
    system.mount_noexec("/home");
    system.set("HOME", "/home");
    let report = system.doctor();
    let (level, seen) = report.one("noexec");
    assert_eq!(level, "info");
    assert!(seen.contains("from /home:"), "{seen}");
}
