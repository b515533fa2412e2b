//! The subcommands of Cargo that the tests use.

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// Sees to it that Cargo has `fmt` and `clippy`.
///
/// # Errors
/// One is missing; the message says how to install it.
pub fn ensure() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let mut version = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        version.args([subcommand, "--version"]).stdin(Stdio::null());
        if crate::process::run(&mut version).is_err() {
            bail!(
                "this Rust has no `cargo {subcommand}`: install it with `rustup component add \
                 {component}`, or from where this Rust is from"
            );
        }
    }
    Ok(())
}
