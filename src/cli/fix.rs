//! The flags of `ldshim fix` and `ldshim unfix`.

use std::path::PathBuf;

use clap::Args;

use crate::choice::Selection;

/// `ldshim fix`
#[derive(Debug, Args)]
#[command(after_help = "\
A virtual environment of Python, or a project with node_modules, gets a copy of its interpreter that starts through a \
stub of its own, in the place of the link to the interpreter (node: in node_modules/.bin, which npm and npx put first in PATH). The \
copy has a pin of its own with the libraries that the extension modules and addons lack. Nothing is set in the environment, \
so children of the interpreter see nothing of it. Foreign programs in the tree are pinned as `ldshim pin` does. `ldshim \
unfix` gives the tree back as it was.

After wheels or packages were added, or the interpreter was updated: the same command again.

Exit status: 0 if all that can be found is found now, or nothing is missing; 1 otherwise.

Examples:
  ldshim fix .venv
  ldshim fix --dry-run .")]
pub struct FixArgs {
    /// Do not ask: where several packages are as good, take the first
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take the library NAME from the package ATTR of nixpkgs, or from a store path [several times for several]
    #[arg(long, value_name = "NAME=ATTR", value_parser = Selection::parse)]
    pub select: Vec<Selection>,
    /// Build packages from this nixpkgs, a flake reference or a path [default: as for `ldshim pin`]
    #[arg(long, value_name = "REF")]
    pub nixpkgs: Option<String>,
    /// The program that loads the modules of the tree; its copy is PATH/bin/NAME [default: that of the virtual
    /// environment; for node_modules, the node in PATH]
    #[arg(long, value_name = "PROGRAM")]
    pub interpreter: Option<PathBuf>,
    /// A virtual environment, a project with one or with node_modules, a program, or a directory of programs
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
}

/// `ldshim unfix`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim unfix .venv
  ldshim unfix .")]
pub struct UnfixArgs {
    /// What was named to `ldshim fix`
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
}
