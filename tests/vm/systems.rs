//! The systems of the virtual machine, built by Nix from the module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{build_stub, may_write_store, named, platform, release_program, target};
use crate::nix::{command, run, xtask};

#[path = "../common/long_path.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod long_path;

/// What Nix has built.
pub struct Built {
    /// The folder with the systems, in the store.
    pub systems: PathBuf,
    /// The package of ldshim.
    pub package: PathBuf,
}

/// Builds the systems. `folder` has the foreign programs, and gets what the systems are made of.
pub fn build(folder: &Path) -> Built {
    let loader = folder.join("ld.so");
    long_path::write_loader(&platform().loader(), &loader).expect("a loader with a long path");
    let stub = build_stub(platform(), "release", target(), "");
    let stub32 = build_stub(named("i686"), "release", &target().join("cross"), "");
    let link = target().join("vm/systems");
    let mut nix = command("nix-build");
    nix.arg(source("systems.nix"))
        .args(["--no-build-output", "--out-link"])
        .arg(&link);
    let arguments = [
        ("debs", target().join("debs")),
        ("loader", loader),
        ("tool", PathBuf::from(env!("CARGO_BIN_EXE_ldshim"))),
        ("xtask", xtask().to_owned()),
        ("entry", release_program("loader-stub", "bundle-entry")),
        ("head", release_program("run-head", "run-head")),
        ("stub", stub),
        ("stub32", stub32),
        ("greeting", folder.join("foreign/greeting")),
        ("commands", source("guest/bin")),
    ];
    for (name, path) in arguments {
        nix.arg("--argstr").arg(name).arg(path);
    }
    output(&mut nix);
    let [systems, package] =
        ["systems", "package"].map(|name| fs::canonicalize(link.join(name)).expect("a store path"));
    Built { systems, package }
}

/// All paths of the store that a path needs.
pub fn closure(path: &Path) -> Vec<PathBuf> {
    let mut query = command("nix-store");
    query.args(["--query", "--requisites"]).arg(path);
    output(&mut query).lines().map(PathBuf::from).collect()
}

/// A file of this suite.
pub fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vm")
        .join(name)
}

/// Why the systems cannot be built here, if they cannot.
pub fn obstacle() -> Option<&'static str> {
    if !cfg!(target_arch = "x86_64") {
        return Some("is for x86-64");
    }
    (!may_write_store()).then_some("needs root, Nix with its daemon, or a Nix store of one's own")
}

/// What a command of Nix prints.
fn output(command: &mut Command) -> String {
    run(command).unwrap_or_else(|message| panic!("{command:?}: {message}"))
}
