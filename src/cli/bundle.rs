//! The flags of `ldshim bundle`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `ldshim bundle`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim bundle ./program --out program-bundle
  ldshim bundle --format run -o tool ./program")]
pub struct BundleArgs {
    /// Where the bundle is written: a folder, or with --format a file
    #[arg(short, long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// What is written
    #[arg(long, value_enum, default_value_t = BundleFormat::Folder)]
    pub format: BundleFormat,
    /// What the bundle is called, in place of its first program's package
    #[arg(long)]
    pub name: Option<String>,
    /// The version of the bundle, in place of that of its first program's package
    #[arg(long, value_name = "VERSION")]
    pub release: Option<String>,
    /// Who looks after the package, as `Name <address>` (deb, rpm)
    #[arg(long)]
    pub maintainer: Option<String>,
    /// What the package is, in a line (deb, rpm)
    #[arg(long)]
    pub description: Option<String>,
    /// Take this file or folder along too
    #[arg(long, value_name = "PATH")]
    pub with: Vec<PathBuf>,
    /// Leave these libraries to the host: a name, or `gl`, `cuda`, `nss`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub host_libs: Vec<OsString>,
    /// Run COMMAND, which starts with one of the programs, and take along what it opens
    #[arg(long)]
    pub learn: bool,
    /// Where store paths stand in data that cannot be changed, show the bundle at /nix/store in a user namespace of the program
    #[arg(long)]
    pub allow_namespace: bool,
    /// Remove symbols and debugging information that no start needs
    #[arg(long)]
    pub strip: bool,
    /// How much archives are compressed, from 1 (fast) to 19 (small)
    #[arg(long, value_name = "LEVEL", default_value_t = 12, value_parser = clap::value_parser!(i32).range(1..=19))]
    pub compress: i32,
    /// List what is in a bundle, and why
    #[arg(long, value_name = "BUNDLE", exclusive = true)]
    pub list: Option<PathBuf>,
    /// Run a bundle where there is no /nix, in roots of other distributions' shape, and report what it takes from outside
    #[arg(long, value_name = "BUNDLE")]
    pub check: Option<PathBuf>,
    /// Start a program of a bundle that is shown at /nix: what the programs of --allow-namespace do
    #[arg(long, value_name = "BUNDLE", hide = true)]
    pub at_store: Option<PathBuf>,
    /// Say more: how each program is started, and where its libraries come from
    #[arg(short, long)]
    pub verbose: bool,
    /// The programs; with --learn and --check a command follows behind `--`
    #[arg(value_name = "PROGRAM")]
    pub programs: Vec<PathBuf>,
    /// The command of --learn, or the arguments of --check
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// What `ldshim bundle` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BundleFormat {
    /// A folder
    Folder,
    /// An archive
    #[value(name = "tar.zst")]
    TarZst,
    /// An archive that every system unpacks
    #[value(name = "tar.gz")]
    TarGz,
    /// A package of Debian
    Deb,
    /// A package of Fedora, openSUSE and others
    Rpm,
    /// One executable file, which unpacks itself once
    Run,
}
