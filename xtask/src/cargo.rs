//! Cargo, called for this workspace.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write, stdout};
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

/// Calls `cargo test` and lets it print what it has to say. An error names the tests that failed, for their own
/// messages may stand thousands of lines above.
///
/// # Errors
/// It cannot be started, or fails.
pub fn test(mut command: Command) -> Result<()> {
    let line = process::command_line(&command);
    let context = || format!("cannot run `{line}`");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(context)?;
    let mut failed = Vec::new();
    if let Some(printed) = child.stdout.take() {
        for printed in BufReader::new(printed).split(b'\n') {
            let printed = printed.with_context(context)?;
            let mut out = stdout().lock();
            out.write_all(&printed)?;
            out.write_all(b"\n")?;
            failed.extend(failed_test(&String::from_utf8_lossy(&printed)).map(str::to_owned));
        }
    }
    let status = child.wait().with_context(context)?;
    if status.success() {
        return Ok(());
    }
    if failed.is_empty() {
        bail!("`{line}` failed ({status})");
    }
    bail!("`{line}` failed ({status}): {}", failed.join(", "));
}

/// The name of the test that a line of libtest's says to have failed.
fn failed_test(line: &str) -> Option<&str> {
    let name = line.strip_prefix("test ")?.strip_suffix("... FAILED")?;
    Some(name.trim())
}

/// Has a command that calls Cargo run in `root`, with `folder` as the current directory.
pub fn enter(root: &Root, command: &mut Command, folder: &str) {
    // The task's own Cargo has told it about its package.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
    root.apply_to(command, folder);
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

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn a_failed_test_is_named() {
        let name = failed_test("test pins::are_kept          ... FAILED");
        assert_eq!(name, Some("pins::are_kept"));
        assert_eq!(failed_test("test pins::are_kept ... ok"), None);
        assert_eq!(failed_test("test result: FAILED. 1 passed; 1 failed"), None);
    }
}
