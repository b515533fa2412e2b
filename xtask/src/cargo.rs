//! Cargo, called for this workspace.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cli::Network;
use crate::{process, workspace};

/// A call of the Cargo that runs this task.
pub fn command(args: &[&str], network: Network) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(workspace::root());
    command.stdin(Stdio::null());
    if network == Network::Forbidden {
        command.env("CARGO_NET_OFFLINE", "true");
    }
    command
}

/// Calls Cargo and lets it print what it has to say.
///
/// # Errors
/// It cannot be started, or fails.
pub fn run(mut command: Command) -> Result<()> {
    let line = process::command_line(&command);
    let status = command
        .status()
        .with_context(|| format!("cannot run `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Builds `ldshim` and the stub for release, and returns the folder of the programs.
///
/// # Errors
/// The build fails.
pub fn build_release(network: Network) -> Result<PathBuf> {
    let packages = ["--package=ldshim", "--package=loader-stub"];
    let args = [&["build", "--release"], &packages[..]].concat();
    run(command(&args, network))?;
    Ok(workspace::target("release"))
}

/// Sees to it that Cargo has the subcommands `fmt` and `clippy`.
///
/// # Errors
/// One is missing; the message says how to install it.
pub fn ensure_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let mut version = command(&[subcommand, "--version"], Network::Forbidden);
        if process::run(&mut version).is_err() {
            bail!(
                "this Rust has no `cargo {subcommand}`: install it with `rustup component add \
                 {component}`, or from where this Rust is from"
            );
        }
    }
    Ok(())
}
