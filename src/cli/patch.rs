//! The flags of `ldshim patch`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// `ldshim patch`
#[derive(Debug, Args)]
#[command(
    after_help = "A value @FILE stands for what is in FILE. Flags that patchelf has mean the same.\n\
                  Exit status: 0 if all was done, 1 if a file could not be changed; the others are.

Examples:
  ldshim patch --add-rpath '$ORIGIN/lib' ./program
  ldshim patch --undo ./program"
)]
pub struct PatchArgs {
    /// Name this loader in place of the one that the program names
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Edits",
        visible_alias = "interpreter"
    )]
    pub set_interpreter: Option<OsString>,
    /// Set the name by which other files ask for a library
    #[arg(long, value_name = "NAME", help_heading = "Edits")]
    pub set_soname: Option<OsString>,
    /// Set the search path, as DT_RUNPATH
    #[arg(
        long,
        value_name = "PATH",
        help_heading = "Edits",
        conflicts_with = "add_rpath"
    )]
    pub set_rpath: Option<OsString>,
    /// Add directories to the search path that it does not have
    #[arg(long, value_name = "PATH", help_heading = "Edits")]
    pub add_rpath: Option<OsString>,
    /// Remove the search path
    #[arg(long, help_heading = "Edits")]
    pub remove_rpath: bool,
    /// Remove directories from the search path that have none of the needed libraries
    #[arg(long, help_heading = "Edits")]
    pub shrink_rpath: bool,
    /// With --shrink-rpath: remove directories that begin with none of these, too
    #[arg(long, value_name = "PREFIXES", help_heading = "Edits")]
    pub allowed_rpath_prefixes: Option<OsString>,
    /// Write the search path as DT_RPATH, which libraries of libraries are searched by too, and before LD_LIBRARY_PATH
    #[arg(long, help_heading = "Edits")]
    pub force_rpath: bool,
    /// Need this library too, before all others
    #[arg(long, value_name = "LIBRARY", help_heading = "Edits")]
    pub add_needed: Vec<OsString>,
    /// Do not need this library any more
    #[arg(long, value_name = "LIBRARY", help_heading = "Edits")]
    pub remove_needed: Vec<OsString>,
    /// Need another library in place of this one
    #[arg(long, value_names = ["OLD", "NEW"], num_args = 2, help_heading = "Edits")]
    pub replace_needed: Vec<OsString>,
    /// Load these libraries first, in this order (separated by colons)
    #[arg(long, value_name = "LIBRARIES", help_heading = "Edits")]
    pub order_needed: Option<OsString>,
    /// Let no default directories be searched for this file's libraries
    #[arg(long, help_heading = "Edits")]
    pub no_default_lib: bool,
    /// Take this symbol in any version
    #[arg(long, value_name = "SYMBOL", help_heading = "Edits")]
    pub clear_symbol_version: Vec<OsString>,
    /// Rename dynamic symbols: FILE has an old and a new name per line
    #[arg(long, value_name = "FILE", help_heading = "Edits")]
    pub rename_dynamic_symbols: Option<PathBuf>,
    /// Ask for an executable stack
    #[arg(long, help_heading = "Edits", conflicts_with = "clear_execstack")]
    pub set_execstack: bool,
    /// Ask for a stack that is not executable
    #[arg(long, help_heading = "Edits")]
    pub clear_execstack: bool,
    /// Set the operating system in the ELF header, for instance Linux
    #[arg(long, value_name = "ABI", help_heading = "Edits")]
    pub set_os_abi: Option<OsString>,
    /// Add an entry in which the loader leaves its list of libraries for debuggers
    #[arg(long, help_heading = "Edits")]
    pub add_debug_tag: bool,
    /// Note where the libraries are, for nixpkgs' glibc
    #[arg(long, help_heading = "Edits", conflicts_with = "force_rpath")]
    pub build_resolution_cache: bool,
    /// Print the loader that the program names
    #[arg(long, help_heading = "Print")]
    pub print_interpreter: bool,
    /// Print the name by which other files ask for it
    #[arg(long, help_heading = "Print")]
    pub print_soname: bool,
    /// Print the search path
    #[arg(long, help_heading = "Print")]
    pub print_rpath: bool,
    /// Print the libraries that it needs
    #[arg(long, help_heading = "Print")]
    pub print_needed: bool,
    /// Print whether it asks for an executable stack
    #[arg(long, help_heading = "Print")]
    pub print_execstack: bool,
    /// Print the operating system in the ELF header
    #[arg(long, help_heading = "Print")]
    pub print_os_abi: bool,
    /// Give back the original file
    #[arg(long)]
    pub undo: bool,
    /// Keep the undo record in this file, or undo by it, in place of the changed file's own end
    #[arg(long, value_name = "FILE", conflicts_with = "no_undo")]
    pub undo_file: Option<PathBuf>,
    /// Keep no undo record: nothing of what was overwritten, such as store paths, stays in the file
    #[arg(long, conflicts_with = "undo")]
    pub no_undo: bool,
    /// Write to this file in place of the one that is read
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Ask the real loader whether it can load the file before that takes its place (the default)
    #[arg(long, overrides_with = "no_verify")]
    pub verify: bool,
    /// Do not ask the real loader whether it can load the file before that takes its place
    #[arg(long)]
    pub no_verify: bool,
    /// Align new segments to pages of this size [default: the largest of the architecture]
    #[arg(long, value_name = "BYTES")]
    pub page_size: Option<u64>,
    /// Say where room was found
    #[arg(short, long, visible_alias = "debug")]
    pub verbose: bool,
    /// Flags of patchelf that mean nothing to a writer that moves no section that it need not
    #[arg(long, hide = true)]
    pub no_sort: bool,
    /// See `no_sort`
    #[arg(long, hide = true)]
    pub no_clobber_old_sections: bool,
    /// Programs and libraries
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
