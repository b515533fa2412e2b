//! One file per subcommand.

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Cli, Command};

mod completions;
mod env;
mod run;

/// Carries out a parsed command line.
///
/// # Errors
/// What the subcommand reports: a message that names the object, the operation and the reason.
pub fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Run(args) => Ok(run::run(&args)),
        Command::Stub(_) => anyhow::bail!("not there yet"),
        Command::Env(command) => env::run(&command),
        Command::Completions(args) => completions::run(&args),
    }
}
