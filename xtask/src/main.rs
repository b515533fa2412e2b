//! The project's own tasks: `cargo xtask TASK`.

use std::process::ExitCode;

use clap::Parser;

mod apt;
mod bench;
mod cargo;
mod cli;
mod demo;
mod fetch;
mod fresh;
mod fuzz;
mod glibcs;
mod kernel;
mod manifest;
mod nix_linters;
mod peers;
mod progress;
mod roots;
mod shaken;
mod store;
mod store_glibc;
mod store_programs;
mod suite;
mod tasks;
mod workspace;

fn main() -> ExitCode {
    match tasks::run(&cli::Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
