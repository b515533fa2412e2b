use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `ldshim index ...`
#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    /// Bring the newest index of nixpkgs: by a download of 48 MB, or from what is on this machine if that is as new
    Update(IndexUpdateArgs),
    /// Take the libraries of nixpkgs from a database of nix-index
    Import(IndexImportArgs),
    /// Add store paths of this machine, with the symbol versions of their libraries
    Add(IndexAddArgs),
}

/// `ldshim index update`
#[derive(Debug, Args)]
#[command(after_help = "\
Nix downloads: its proxies, certificates and limits of time hold, and what has not changed is not sent again. A database \
of nix-index or of nix-index-database on this machine that is at most a week old and newer than the index is taken instead. \
The old index stays until the new one is whole.

Examples:
  ldshim index update
  ldshim index update --from https://example.org/index-x86_64-linux")]
pub struct IndexUpdateArgs {
    /// Take the database from this address or file [default: what LDSHIM_INDEX_FROM names, else the newest release of
    /// nix-community/nix-index-database on GitHub]
    #[arg(long, value_name = "URL|FILE")]
    pub from: Option<OsString>,
}

/// `ldshim index import`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim index import
  ldshim index import ~/.cache/nix-index/files")]
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
#[command(after_help = "\
Examples:
  ldshim index add ./result
  ldshim index add --closure /run/current-system")]
pub struct IndexAddArgs {
    /// Add a store path and all that it refers to [several times for several]
    #[arg(long, value_name = "PATH")]
    pub closure: Vec<PathBuf>,
    /// Store paths
    #[arg(value_name = "STORE_PATH", required_unless_present = "closure")]
    pub paths: Vec<PathBuf>,
}
