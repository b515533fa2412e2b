//! Calls of Nix.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::common::{self, may_write_store};

/// What a call printed, or why it failed.
pub type Answer = Result<String, String>;

/// The workspace's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A command of Nix, without substituters, and without build users where there is no daemon.
pub fn command(name: &str) -> Command {
    let mut command = Command::new(name);
    let mut settings = String::from(
        "substituters =\nsandbox = false\nexperimental-features = nix-command flakes\n",
    );
    if !has_daemon() {
        settings += "build-users-group =\n";
    }
    if !may_build() {
        command.env("NIX_REMOTE", other_store());
    }
    command.env("NIX_CONFIG", settings).current_dir(root());
    command
}

fn has_daemon() -> bool {
    Path::new("/nix/var/nix/daemon-socket/socket").exists()
}

/// Whether the store can be written to.
fn may_build() -> bool {
    may_write_store()
}

/// Nix opens its store for writing whatever it does. Another one is good enough to evaluate with.
fn other_store() -> &'static str {
    static STORE: OnceLock<&str> = OnceLock::new();
    STORE.get_or_init(|| {
        let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/nix");
        let mut init = Command::new("nix-store");
        let made = run(init.arg("--init").env("NIX_REMOTE", folder));
        made.expect("a store of one's own");
        folder
    })
}

/// Runs a command.
pub fn run(command: &mut Command) -> Answer {
    let output = command.output().expect("Nix can be run");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() {
        Ok(text(output.stdout).trim_end().to_owned())
    } else {
        Err(text(output.stderr))
    }
}

/// Evaluates an expression, without building anything.
pub fn evaluate(expression: &str) -> Result<Value, String> {
    let mut command = command("nix-instantiate");
    command.args(["--eval", "--strict", "--json", "--expr", expression]);
    let json = run(&mut command)?;
    serde_json::from_str(&json).map_err(|error| format!("{error}: {json}"))
}

/// Builds what an expression stands for, and lets `link` lead to it, which keeps it.
pub fn build(expression: &str, link: &Path) -> Result<PathBuf, String> {
    let mut command = command("nix-build");
    command.args(["--expr", expression, "--out-link"]).arg(link);
    run(&mut command).map(PathBuf::from)
}

/// A configuration, evaluated with the module: an attribute of `evaluate.nix`.
pub fn configured(configuration: &str, attribute: &str) -> Result<Value, String> {
    evaluate(&system("x86_64-linux", configuration, attribute))
}

/// The expression for an attribute of a system with a configuration. Its packages are empty.
pub fn system(system: &str, configuration: &str, attribute: &str) -> String {
    expression(system, configuration, "{ }", attribute)
}

/// The same with packages that have something in them: Debian's, and the programs and the stub that are built already.
pub fn real_system(configuration: &str, attribute: &str) -> String {
    expression("x86_64-linux", configuration, &built(), attribute)
}

fn expression(system: &str, configuration: &str, tests: &str, attribute: &str) -> String {
    let lib = std::env::var("NIXPKGS_LIB").unwrap_or_default();
    let lib = if lib.is_empty() {
        String::new()
    } else {
        format!("libPath = {lib};")
    };
    format!(
        "(import ./tests/nixos/evaluate.nix {{ {lib} system = \"{system}\"; configuration = {configuration}; \
         tests = {tests}; }}).{attribute}"
    )
}

/// What the stand-in for nixpkgs makes its packages of.
fn built() -> String {
    assert!(may_build(), "builds need root, or Nix with its daemon");
    // A path by itself may have no spaces in it.
    let path = |path: &Path| format!("/. + {:?}", path.display().to_string());
    format!(
        "{{ debs = {}; tool = {}; xtask = {}; entry = {}; head = {}; stubs.x86_64-linux = {}; }}",
        path(&common::target().join("debs")),
        path(Path::new(env!("CARGO_BIN_EXE_ldshim"))),
        path(xtask()),
        path(&common::release_program("loader-stub", "bundle-entry")),
        path(&common::release_program("run-head", "run-head")),
        path(common::stub())
    )
}

/// The workspace's tasks, which write the man pages.
pub fn xtask() -> &'static Path {
    static XTASK: OnceLock<PathBuf> = OnceLock::new();
    XTASK.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args([
            "build",
            "--quiet",
            "--offline",
            "--package=xtask",
            "--target-dir",
        ]);
        let status = build.arg(common::target()).current_dir(root()).status();
        assert!(status.expect("cargo can be run").success(), "no xtask");
        common::target().join("debug/xtask")
    })
}
