//! `ldshim completions SHELL`

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs};

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode> {
    clap_complete::generate(args.shell, &mut Cli::command(), "ldshim", &mut io::stdout());
    Ok(ExitCode::SUCCESS)
}
