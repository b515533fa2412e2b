//! Packages of RPM, by Debian's rpm.

use std::fs;
use std::path::Path;
use std::process::Command;

use ldshim::bundle::archive::Format;

use crate::made::{Made, as_root, run};

fn rpm(root: &Path) -> Command {
    let mut rpm = as_root("rpm");
    rpm.arg("--root")
        .arg(root)
        .args(["--dbpath", "/var/lib/rpm"]);
    rpm
}

#[test]
fn rpm_shows_what_it_is() {
    let made = Made::new();
    let (package, _) = made.write(Format::Rpm, "hello.rpm").unwrap();
    let info = run(Command::new("rpm")
        .args(["-qip", "--nosignature"])
        .arg(&package));
    for line in [
        "Name        : hello-bundle",
        "Version     : 2.12",
        "Architecture: x86_64",
    ] {
        assert!(info.contains(line), "{info}");
    }
    let list = run(Command::new("rpm").args(["-qlvp"]).arg(&package));
    assert!(
        list.contains("/usr/bin/greet -> ../lib/hello-bundle/bin/greet"),
        "{list}"
    );
    assert!(list.contains("/share/the greeting"), "{list}");
    let checked = run(Command::new("rpm").arg("-Kv").arg(&package));
    // Of the header and of the payload, and one of both.
    assert_eq!(checked.matches(": OK").count(), 3, "{checked}");
    let mut bytes = fs::read(&package).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&package, bytes).unwrap();
    let damaged = Command::new("rpm")
        .arg("-K")
        .arg(&package)
        .output()
        .unwrap();
    assert!(!damaged.status.success());
}

#[test]
fn it_is_installed_verified_upgraded_and_removed() {
    let (made, next) = (Made::new(), Made::of_version("2.13-rc1"));
    let (package, _) = made.write(Format::Rpm, "hello.rpm").unwrap();
    let (upgrade, _) = next.write(Format::Rpm, "hello.rpm").unwrap();
    let root = made.path("root");
    fs::create_dir(&root).unwrap();
    run(rpm(&root).args(["-i", "--nodeps"]).arg(&package));
    let installed = root.join("usr/lib/hello-bundle");
    run(Command::new("diff")
        .arg("-r")
        .arg("--no-dereference")
        .arg(made.bundle())
        .arg(&installed));
    assert_eq!(
        run(&mut Command::new(installed.join("bin/greet"))),
        "hello\n"
    );
    assert_eq!(run(rpm(&root).args(["-V", "--nodeps", "hello-bundle"])), "");
    fs::write(installed.join("bundle.json"), "").unwrap();
    let output = rpm(&root).args(["-V", "hello-bundle"]).output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("S.5"),
        "{output:?}"
    );
    run(rpm(&root).args(["-U"]).arg(&upgrade));
    assert_eq!(
        run(rpm(&root).args(["-q", "hello-bundle"])),
        "hello-bundle-2.13~rc1-1.x86_64\n"
    );
    run(rpm(&root).args(["-e", "hello-bundle"]));
    assert!(!root.join("usr/lib/hello-bundle").exists() && !root.join("usr/bin/greet").exists());
}
