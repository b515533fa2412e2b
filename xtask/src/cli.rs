//! The flags of `cargo xtask`.

use clap::{Args, Parser, Subcommand};

/// The project's own tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// The tasks, in the order in which `--help` lists them.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Fetch what the tests need: programs into target/programs, libraries into the Nix store
    Fetch(FetchArgs),
}

/// `cargo xtask fetch`
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Install and download nothing; fail if something is missing
    #[arg(long)]
    pub offline: bool,
    /// The programs of tests/programs/programs.json to fetch [default: all]
    #[arg(value_name = "PROGRAM")]
    pub programs: Vec<String>,
}

impl FetchArgs {
    /// What `--offline` says.
    pub fn network(&self) -> Network {
        if self.offline {
            Network::Forbidden
        } else {
            Network::Allowed
        }
    }
}

/// Whether a task may install or download anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// It may.
    Allowed,
    /// It must do with what is there.
    Forbidden,
}
