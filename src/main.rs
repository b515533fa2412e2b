//! The command-line tool `ldshim`.

use std::process::ExitCode;

use clap::Parser;
use ldshim::cli::Cli;

fn main() -> ExitCode {
    match ldshim::commands::run(Cli::parse()) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("ldshim: {error:#}");
            ExitCode::FAILURE
        }
    }
}
