//! The flags of `ldshim shell`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `ldshim shell`
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if there is a package for each library, 1 if not.

Examples:
  ldshim shell ./program > shell.nix
  ldshim shell --format flake ./program > flake.nix"
)]
pub struct ShellArgs {
    /// What to write
    #[arg(long, value_enum, default_value_t = ShellFormat::Shell)]
    pub format: ShellFormat,
    /// The programs or libraries; of a shell's script, the programs count that it starts
    #[arg(required = true, value_name = "PROGRAM")]
    pub programs: Vec<PathBuf>,
}

/// What `ldshim shell` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShellFormat {
    /// A shell.nix, with all libraries that the programs do not bring along
    Shell,
    /// A flake.nix with such a shell
    Flake,
    /// A module for NixOS, with the libraries that the programs lack on this system
    Nixos,
}
