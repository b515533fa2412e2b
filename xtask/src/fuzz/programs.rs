//! The programs that feed random input to the targets: what they need, and how they are built.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use xtask_start::retry::retry;
use xtask_start::{Network, process};

use crate::{cargo, workspace};

/// Builds the programs of all targets, and returns the folder that they are in.
///
/// # Errors
/// There is no nightly Rust or no cargo-fuzz, and it may not or cannot be installed; a target cannot be built.
pub fn build(network: Network) -> Result<PathBuf> {
    if nightly_version().is_none() && network == Network::Allowed {
        retry("a nightly Rust", || {
            let mut install = Command::new("rustup");
            install.args(["toolchain", "install", "nightly", "--profile", "minimal"]);
            process::run(&mut install).map(drop)
        })?;
    }
    let version = nightly_version().context(
        "fuzzing needs a nightly Rust: install it with `rustup toolchain install nightly --profile minimal`",
    )?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say for which system it is")?;
    let tools = install(network)?;
    build_with(&tools, network)?;
    Ok(workspace::target("fuzz").join(host).join("release"))
}

/// What the nightly compiler says of itself, if there is one.
fn nightly_version() -> Option<String> {
    let mut version = Command::new("rustup");
    let output = version.args(["run", "nightly", "rustc", "-vV"]).output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Installs cargo-fuzz into target/tools, and returns the folder of its program.
fn install(network: Network) -> Result<PathBuf> {
    let tools = workspace::fetched("tools");
    let folder = tools.join("bin");
    if folder.join("cargo-fuzz").is_file() {
        return Ok(folder);
    }
    if network == Network::Forbidden {
        bail!("fuzzing needs cargo-fuzz, which `cargo xtask fuzz` without --offline installs");
    }
    // It only calls Cargo: to optimise it would take longer than it ever runs.
    let args = ["install", "--locked", "--debug", "cargo-fuzz", "--root"];
    retry("cargo-fuzz", || {
        let mut install = cargo::command(&args, network);
        install.arg(&tools);
        process::run(&mut install).map(drop)
    })?;
    Ok(folder)
}

fn build_with(tools: &Path, network: Network) -> Result<()> {
    let mut path = tools.as_os_str().to_owned();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    let mut build = Command::new("rustup");
    build
        .args(["run", "nightly", "cargo", "fuzz", "build"])
        .current_dir(workspace::root());
    build
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", workspace::target("fuzz"));
    if network == Network::Forbidden {
        build.env("CARGO_NET_OFFLINE", "true");
    }
    cargo::run(build)
}
