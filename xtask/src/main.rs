//! The project's own tasks: `cargo xtask TASK`.

use std::process::ExitCode;

use clap::Parser;

mod apt;
mod cli;
mod fetch;
mod manifest;
mod prerequisites;
mod process;
mod progress;
mod store;
mod tasks;
mod workspace;

fn main() -> ExitCode {
    match run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: cli::Cli) -> anyhow::Result<()> {
    match cli.task {
        cli::Task::Fetch(args) => tasks::fetch(&args),
    }
}
