//! The flags of `ldshim autopatch`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::choice::Selection;

/// `ldshim autopatch`
#[derive(Debug, Args)]
#[command(
    after_help = "The flags are those of nixpkgs' auto-patchelf, and mean the same.\n\
                  Exit status: 0 if all was found, 1 if not, or if a file could not be changed; the others are.

Examples:
  ldshim autopatch ./app --libs ./lib
  ldshim autopatch --from-index --dry-run ./app"
)]
pub struct AutopatchArgs {
    /// Programs and libraries, and directories of them
    #[arg(value_name = "PATH", required_unless_present = "more_paths")]
    pub paths: Vec<PathBuf>,
    /// More of them
    #[arg(long = "paths", value_name = "PATH", num_args = 0..)]
    pub more_paths: Vec<PathBuf>,
    /// Directories where libraries are looked for, and single libraries
    #[arg(long, value_name = "PATH", num_args = 0..)]
    pub libs: Vec<PathBuf>,
    /// Directories that programs search before all others
    #[arg(long, value_name = "DIR", num_args = 0..)]
    pub runtime_dependencies: Vec<PathBuf>,
    /// Directories that all files search after all others
    #[arg(long, value_name = "DIR", num_args = 0..)]
    pub append_rpaths: Vec<PathBuf>,
    /// Libraries, or patterns of their names, that may be missing
    #[arg(long, value_name = "NAME", num_args = 0..)]
    pub ignore_missing: Vec<String>,
    /// Leave directories in the directories alone
    #[arg(long)]
    pub no_recurse: bool,
    /// Keep what search paths have of $ORIGIN
    #[arg(long)]
    pub preserve_origin: bool,
    /// Look for libraries among the files that are edited, too, and there first (the default)
    #[arg(long, overrides_with = "ignore_existing")]
    pub add_existing: bool,
    /// Do not
    #[arg(long, visible_alias = "no-add-existing")]
    pub ignore_existing: bool,
    /// Look for libraries of the C library as for all others
    #[arg(long)]
    pub keep_libc: bool,
    /// The loader that programs get [default: that of NIX_BINTOOLS; with --from-index, that of foreign programs here]
    #[arg(long, value_name = "FILE")]
    pub loader: Option<PathBuf>,
    /// The directory of the C library [default: that of NIX_BINTOOLS, else the loader's own]
    #[arg(long, value_name = "DIR")]
    pub libc: Option<PathBuf>,
    /// Choose packages for the libraries that are missing, as `ldshim pin` does; a root in each directory keeps them
    #[arg(long)]
    pub from_index: bool,
    /// With --from-index: do not ask; where several packages are as good, take the first
    #[arg(short, long, requires = "from_index")]
    pub yes: bool,
    /// With --from-index: take the library NAME from the package ATTR of nixpkgs, or from a store path [several times
    /// for several]
    #[arg(long, value_name = "NAME=ATTR", value_parser = Selection::parse, requires = "from_index")]
    pub select: Vec<Selection>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Give back the original files
    #[arg(long, conflicts_with = "dry_run")]
    pub undo: bool,
    /// Keep no undo records: nothing of what was overwritten, such as store paths, stays in the files
    #[arg(long)]
    pub no_undo: bool,
    /// Flags of patchelf for every file; all that follows belongs to them
    #[arg(long, value_name = "FLAG", num_args = 0.., allow_hyphen_values = true)]
    pub extra_args: Vec<OsString>,
}
