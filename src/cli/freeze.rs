//! The flags of `ldshim freeze`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// `ldshim freeze`
#[derive(Debug, Args)]
#[command(
    after_help = "What is frozen, LD_LIBRARY_PATH no longer reaches, nor do newer libraries in the places where the old \
                        ones were found.\n\
                        Exit status: 0 if all was done, 1 if not; then the program is as it was.

Examples:
  ldshim freeze --dry-run ./program
  ldshim freeze --keep libGL.so.1 ./program"
)]
pub struct FreezeArgs {
    /// Leave this library to be searched for
    #[arg(long, value_name = "NAME")]
    pub keep: Vec<OsString>,
    /// Name libraries, too, that may be loaded later, by the notes of the program and of its libraries
    #[arg(long)]
    pub dlopen: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Keep no undo record; `ldshim patch --undo` needs one
    #[arg(long)]
    pub no_undo: bool,
    /// The program
    #[arg(value_name = "PROGRAM")]
    pub program: PathBuf,
}
