//! `ldshim pin`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use loader_stub::identity::DIGITS;

use crate::choice::Selection;

/// `ldshim pin`
#[derive(Debug, Args)]
#[command(after_help = "\
A pin is a library environment for one program, which the stub takes whenever that program is started: from any \
shell, with no variable set and no file changed. It holds the libraries that the program gets today, and the packages \
that are chosen here for those it lacks. `ldshim pins` lists pins, `ldshim unpin` removes one.

A package is chosen for each library by this order: what --select says; a package that is chosen for another library \
already; one known to offer the symbol versions that are wanted; one at the top level of nixpkgs; an output that is \
meant for libraries; the library directly in lib/; the least that is new in the store. If two packages are as good, \
you are asked.

If some libraries can be had and others not, the program is pinned to those that can, and what is left is told.

Exit status: 0 if the program is pinned and finds all libraries, or lacks nothing; with --force, 0 if it is pinned; 1 \
otherwise, also if it is pinned and still lacks some.

Examples:
  ldshim pin ./program
  ldshim pin --select libz.so.1=zlib ./program")]
pub struct PinArgs {
    /// Do not ask: where several packages are as good, take the first
    #[arg(short, long)]
    pub yes: bool,
    /// Take the library NAME from the package ATTR of nixpkgs, or from a store path; also for a library that the
    /// program loads later by itself, and so does not seem to lack [several times for several]
    #[arg(long, value_name = "NAME=ATTR", value_parser = Selection::parse)]
    pub select: Vec<Selection>,
    /// Find also what the libraries in PATH lack, which the program loads once it has started: extension modules of
    /// Python, addons of Node, plugins; a directory stands for all below it [several times for several]
    #[arg(long = "for", value_name = "PATH", conflicts_with = "lock")]
    pub modules: Vec<PathBuf>,
    /// Show what would be chosen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Build packages from this nixpkgs, a flake reference or a path [default: the store paths that the index
    /// names, and where those cannot be had, the revision that the index is of]
    #[arg(long, value_name = "REF")]
    pub nixpkgs: Option<String>,
    /// Write the pin to /etc/ldshim, for programs with more rights than their caller; for root
    #[arg(long)]
    pub system: bool,
    /// Pin it all the same: if it lacks nothing, so that it keeps the libraries of today; or if it still lacks some
    #[arg(long)]
    pub force: bool,
    /// Search this directory first, where it exists when the program starts, such as a folder beside the program that has
    /// libraries in it [several times for several]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["system", "write_lock", "lock"])]
    pub extra_path: Vec<PathBuf>,
    /// Write down which packages are used, for --lock to make the same pin elsewhere
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub write_lock: Option<PathBuf>,
    /// Choose nothing: use the packages that are written down in this file, and fail if they are not the same
    #[arg(long, value_name = "FILE", conflicts_with_all = ["yes", "select", "dry_run", "nixpkgs", "write_lock"])]
    pub lock: Option<PathBuf>,
    /// How the stub asks at the first start of a program
    #[arg(long, hide = true, value_name = "HOW", requires = "identity",
        conflicts_with_all = ["yes", "select", "modules", "dry_run", "nixpkgs", "system", "force", "write_lock", "lock"])]
    pub auto: Option<Auto>,
    /// The program's identity, as the stub sees it
    #[arg(long, hide = true, value_name = "HEX", requires = "auto", value_parser = identity)]
    pub identity: Option<String>,
    /// The program; a name that is no file here is searched for in PATH
    #[arg(value_name = "PROGRAM")]
    pub program: PathBuf,
}

/// What to do for a program that is started for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Auto {
    /// Ask on a terminal.
    Ask,
    /// Take what is clearly the best.
    Yes,
}

fn identity(text: &str) -> Result<String, String> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() == DIGITS && text.bytes().all(is_digit) {
        return Ok(text.to_owned());
    }
    Err(format!("an identity has {DIGITS} hexadecimal digits"))
}
