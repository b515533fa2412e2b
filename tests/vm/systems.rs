//! The systems of the virtual machine, built by Nix from the module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{build_stub, named, platform, target};

#[path = "../behaviour/build/long_path.rs"]
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
    let mut nix = nix("nix-build");
    nix.arg(source("systems.nix"))
        .args(["--no-build-output", "--out-link"])
        .arg(&link);
    let arguments = [
        ("debs", target().join("debs")),
        ("loader", loader),
        ("tool", PathBuf::from(env!("CARGO_BIN_EXE_ldshim"))),
        ("xtask", xtask()),
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
    let mut query = nix("nix-store");
    query.args(["--query", "--requisites"]).arg(path);
    output(&mut query).lines().map(PathBuf::from).collect()
}

/// This project's tasks, built if they are not up to date: the package's man pages are made by one of them.
fn xtask() -> PathBuf {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package=xtask", "--target-dir"]);
    build.arg(target()).current_dir(env!("CARGO_MANIFEST_DIR"));
    output(&mut build);
    target().join("debug/xtask")
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
    let may_build = nix::unistd::geteuid().is_root() || has_daemon();
    (!may_build).then_some("needs root, or Nix with its daemon")
}

fn has_daemon() -> bool {
    Path::new("/nix/var/nix/daemon-socket/socket").exists()
}

fn nix(command: &str) -> Command {
    let mut nix = Command::new(command);
    if !has_daemon() {
        // Root without a daemon: no build users, nothing to isolate, nowhere to substitute from.
        let settings = "build-users-group =\nsandbox = false\nsubstituters =\n";
        nix.env("NIX_CONFIG", settings);
    }
    nix
}

/// What a command prints that has to succeed.
fn output(command: &mut Command) -> String {
    let output = command.output().expect("it can be started");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{messages}",
        output.status
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}
