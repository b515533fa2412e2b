//! The root of the virtual machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use crate::common::machine::Archive;
use crate::common::target;
use crate::systems::Built;
use crate::{TESTS, foreign, systems};

/// The root: the systems with all that they need of the store, and what a scenario needs beside them. It is built once.
pub fn archive() -> Archive {
    static BUILT: OnceLock<Archive> = OnceLock::new();
    BUILT.get_or_init(build).clone()
}

fn build() -> Archive {
    let folder = target().join("vm");
    let foreign = folder.join("foreign");
    foreign::build(&foreign);
    let Built { systems, package } = systems::build(&folder);
    foreign::add_package(&foreign, &package);

    let mut root = Archive::default();
    for directory in [
        "/proc",
        "/dev",
        "/run",
        "/tmp",
        "/root",
        "/var/tmp",
        "/var/empty",
    ] {
        root.directory(Path::new(directory));
    }
    let mut paths = BTreeSet::new();
    for entry in fs::read_dir(&systems).expect("the systems") {
        let link = entry.expect("the systems").path();
        let system = fs::read_link(&link).expect("a link to a system");
        paths.extend(systems::closure(&system));
        let name = link.file_name().expect("a name");
        root.link(&Path::new("/nix/var/nix/profiles").join(name), &system);
    }
    for path in paths {
        root.copy(&path, &path);
    }
    let sw = Path::new("/run/current-system/sw/bin");
    let shell = fs::canonicalize(systems.join("enabled/sw/bin/sh")).expect("a shell");
    root.link(Path::new("/bin/sh"), &shell);
    root.link(Path::new("/usr/bin/env"), &sw.join("env"));
    root.copy(&systems::source("guest/etc"), Path::new("/etc"));
    root.copy(&systems::source("guest/init"), Path::new("/init"));
    root.copy(Path::new(TESTS), Path::new("/srv/tests"));
    root.copy(&foreign, Path::new("/srv/foreign"));
    root
}
