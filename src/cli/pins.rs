//! The flags of `ldshim pins` and `ldshim unpin`.

use std::ffi::OsString;

use clap::Args;

/// `ldshim pins`
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0; with --verify, 1 if a pin does not hold; with --refresh, 1 if one could not be made anew.

Examples:
  ldshim pins
  ldshim pins --verify"
)]
pub struct PinsArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Ask whether the stub takes each pin, and the real loader whether the program still finds all libraries
    #[arg(long)]
    pub verify: bool,
    /// Remove the pins of programs that no longer exist, and what is left over
    #[arg(long)]
    pub prune: bool,
    /// Make those anew that were made with an older library environment, or whose store paths are gone
    #[arg(long, conflicts_with = "json")]
    pub refresh: bool,
    /// Those of the system, in /etc/ldshim
    #[arg(long)]
    pub system: bool,
}

/// `ldshim unpin`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim unpin ./program
  ldshim unpin --system /srv/app/program")]
pub struct UnpinArgs {
    /// Pins of the system, in /etc/ldshim
    #[arg(long)]
    pub system: bool,
    /// Programs, which need not exist any more, or identities as `ldshim pins` lists them
    #[arg(required = true, value_name = "PROGRAM|IDENTITY")]
    pub names: Vec<OsString>,
}
