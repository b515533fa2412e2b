//! The programs that feed random input to the targets: what they need, and how they are built.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use xtask_start::retry::retry;
use xtask_start::{Network, process};

use crate::{cargo, workspace};

/// What libFuzzer has to learn of a run: which code was reached, and what was compared (SanitizerCoverage in LLVM's
/// documentation).
const COVERAGE: &str = "--cfg=fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// How the programs are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// By the Rust that is there, not optimised: soon built, and slow.
    Quick,
    /// By a nightly Rust, optimised and with AddressSanitizer.
    Thorough,
}

/// Builds the programs of all targets, and returns the folder that they are in.
///
/// # Errors
/// There is no nightly Rust where one is needed, and it may not or cannot be installed; a target cannot be built.
pub fn build(build: Build, network: Network) -> Result<PathBuf> {
    let (version, mut command) = match build {
        Build::Quick => (version(Command::new("rustc")), cargo::command(&[], network)),
        Build::Thorough => {
            let mut command = nightly_program("cargo");
            command.current_dir(workspace::root());
            if network == Network::Forbidden {
                command.env("CARGO_NET_OFFLINE", "true");
            }
            (Some(nightly(network)?), command)
        }
    };
    let version = version.context("cannot run rustc")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say for which system it is")?;
    // With a target the flags are not for what runs during the build.
    command.args(["build", "--manifest-path", "fuzz/Cargo.toml", "--target"]);
    command.arg(host);
    let (folder, flags) = match build {
        Build::Quick => ("debug", COVERAGE.to_owned()),
        Build::Thorough => {
            command.arg("--release");
            ("release", format!("{COVERAGE} -Zsanitizer=address"))
        }
    };
    command.env("RUSTFLAGS", flags);
    command.env("CARGO_TARGET_DIR", workspace::target("fuzz"));
    cargo::run(command)?;
    Ok(workspace::target("fuzz").join(host).join(folder))
}

/// What the nightly compiler says of itself; it is installed if there is none.
fn nightly(network: Network) -> Result<String> {
    let ask = || version(nightly_program("rustc"));
    if ask().is_none() && network == Network::Allowed {
        retry("a nightly Rust", || {
            let mut install = Command::new("rustup");
            install.args(["toolchain", "install", "nightly", "--profile", "minimal"]);
            process::run(&mut install).map(drop)
        })?;
    }
    ask().context(
        "fuzzing needs a nightly Rust: install it with `rustup toolchain install nightly --profile minimal`",
    )
}

/// A program of the nightly Rust.
fn nightly_program(name: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", name]);
    command
}

/// What a compiler says of itself, if it is there.
fn version(mut compiler: Command) -> Option<String> {
    let output = compiler.arg("-vV").output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
