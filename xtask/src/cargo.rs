//! Cargo, called for this workspace.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use ldshim::sandbox::Root;
use xtask_start::{Network, process};

use crate::workspace;

/// The Cargo that runs this task.
pub fn program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// A call of the Cargo that runs this task.
pub fn command(args: &[&str], network: Network) -> Command {
    let mut command = Command::new(program());
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

/// Runs a command that calls Cargo, in `root` with `folder` as the current directory.
///
/// # Errors
/// The root cannot be made, the command cannot be started, or it fails.
pub fn run_in(root: &Root, mut command: Command, folder: &str) -> Result<()> {
    // The task's own Cargo has told it about its package.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
    root.apply_to(&mut command, folder);
    run(command)
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
