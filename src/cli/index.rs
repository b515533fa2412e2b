use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `ldshim index ...`
#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    /// Take the libraries of nixpkgs from a database of nix-index
    Import(IndexImportArgs),
    /// Add store paths of this machine, with the symbol versions of their libraries
    Add(IndexAddArgs),
}

/// `ldshim index import`
#[derive(Debug, Args)]
pub struct IndexImportArgs {
    /// The revision of nixpkgs that the database was made of, which the database itself does not say
    #[arg(long, value_name = "REV")]
    pub revision: Option<String>,
    /// The database [default: `files` in NIX_INDEX_DATABASE, else in ~/.cache/nix-index]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `ldshim index add`
#[derive(Debug, Args)]
pub struct IndexAddArgs {
    /// Add a store path and all that it refers to [several times for several]
    #[arg(long, value_name = "PATH")]
    pub closure: Vec<PathBuf>,
    /// Store paths
    #[arg(value_name = "STORE_PATH", required_unless_present = "closure")]
    pub paths: Vec<PathBuf>,
}
