//! The flags of `ldshim ldconfig`, which are those of glibc's ldconfig.

use std::path::PathBuf;

use clap::{ArgAction, Args};

/// `ldshim ldconfig`
#[derive(Debug, Args)]
#[command(
    infer_long_args = true,
    after_help = "\
It stands where programs ask `/sbin/ldconfig -p` which libraries there are. It answers with what the stub would give to a \
program that is started with this environment and has no pin, and never writes anything: libraries come from \
programs.nix-ld.libraries, or from what NIX_LD_LIBRARY_PATH names.

Exit status: 0, also where there is nothing to be done; 1 if something is asked for that would have to be written.

Examples:
  ldshim ldconfig -p
  ldshim ldconfig -v"
)]
pub struct LdconfigArgs {
    /// Print the libraries that programs find here, as glibc's ldconfig prints its cache
    #[arg(short, long)]
    pub print_cache: bool,
    /// Print the libraries by their directories
    #[arg(short, long)]
    pub verbose: bool,
    /// Do not write the cache. It never is
    #[arg(short = 'N')]
    pub no_cache: bool,
    /// Do not make links. None are made
    #[arg(short = 'X')]
    pub no_links: bool,
    /// Print this cache (with -p); to write one is refused
    #[arg(short = 'C', value_name = "CACHE")]
    pub cache: Option<PathBuf>,
    /// Refused: to work below another root
    #[arg(short = 'r', value_name = "ROOT")]
    pub root: Option<PathBuf>,
    /// Has no effect: which directories there are is not read from a file
    #[arg(short = 'f', value_name = "CONF")]
    pub config: Option<PathBuf>,
    /// Refused, unless with -X: to make links in these directories only
    #[arg(short = 'n')]
    pub named_only: bool,
    /// Refused: to make links of libraries
    #[arg(short = 'l')]
    pub link: bool,
    /// Has no effect
    #[arg(short, long)]
    pub ignore_aux_cache: bool,
    /// Has no effect
    #[arg(short = 'c', long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Print help
    #[arg(short = '?', hide = true, action = ArgAction::Help)]
    pub question: Option<bool>,
    /// Directories, which are listed too with -v
    #[arg(value_name = "DIR")]
    pub directories: Vec<PathBuf>,
}
