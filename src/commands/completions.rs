//! `ldshim completions SHELL`

use std::process::ExitCode;

use anyhow::Result;

use super::print;
use crate::cli::{CompletionsArgs, completions};

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode> {
    print(&completions(args.shell))?;
    Ok(ExitCode::SUCCESS)
}
