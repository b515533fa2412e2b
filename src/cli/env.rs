//! The flags of `ldshim env`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::elf::Architecture;

/// `ldshim env ...`
#[derive(Debug, Subcommand)]
pub enum EnvCommand {
    /// Build a library environment: links to libraries, their loader, and its cache
    Build(EnvBuildArgs),
    /// Show what is in a library environment, and whether it still holds
    Show(EnvShowArgs),
}

/// `ldshim env build`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim env build --out env --loader lib/ld.so lib
  ldshim env build --out env --loader ld.so --arch aarch64 lib")]
pub struct EnvBuildArgs {
    /// The directory to write; an older library environment there is replaced
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The path at which programs will see it, if that is not where it is written: its loader is prepared for this
    #[arg(long = "for", value_name = "DIR")]
    pub place: Option<PathBuf>,
    /// The real loader that fits the libraries
    #[arg(long, value_name = "FILE")]
    pub loader: PathBuf,
    /// Fail unless the loader is for this system, for instance aarch64-linux [default: the loader's]
    #[arg(long, value_name = "SYSTEM", value_parser = architecture)]
    pub arch: Option<&'static Architecture>,
    /// A directory that is not looked at now, such as /run/opengl-driver/lib [several times for several]. With the names
    /// of its libraries, separated by commas, these are listed, and found where they are there when a program starts.
    /// Without, the directory is searched first, where it exists then; that takes programs longer
    #[arg(long, value_name = "DIR[=NAMES]", value_parser = extra_path)]
    pub extra_path: Vec<ExtraPath>,
    /// Say which files were left out, and which names were found twice
    #[arg(short, long)]
    pub verbose: bool,
    /// Directories of libraries, or packages with lib/ or lib64/; the first one that has a name wins
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// `DIR` or `DIR=NAMES`
#[derive(Clone, Debug)]
pub struct ExtraPath {
    /// The directory.
    pub directory: PathBuf,
    /// The names of its libraries, if they are known.
    pub names: Option<Vec<OsString>>,
}

/// A name has no slash in it, and a directory may have an equals sign.
#[allow(clippy::unnecessary_wraps, reason = "clap wants a result")]
fn extra_path(text: &str) -> Result<ExtraPath, String> {
    let parts = text.rsplit_once('=');
    let parts = parts.filter(|(_, names)| !names.contains('/'));
    let names = |(_, names): (_, &str)| {
        let names = names.split(',').filter(|it| !it.is_empty());
        names.map(OsString::from).collect()
    };
    Ok(ExtraPath {
        directory: parts.map_or(text, |(directory, _)| directory).into(),
        names: parts.map(names),
    })
}

/// The architecture of a system as Nix names it, with or without `-linux`.
fn architecture(text: &str) -> Result<&'static Architecture, String> {
    let name = text.strip_suffix("-linux").unwrap_or(text);
    let is_named = |it: &&Architecture| it.nix_system.strip_suffix("-linux") == Some(name);
    Architecture::ALL.into_iter().find(is_named).ok_or_else(|| {
        let known = Architecture::ALL.map(|it| it.nix_system).join(", ");
        format!("ldshim knows {known}")
    })
}

/// `ldshim env show`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim env show ./env
  ldshim env show --json ./env")]
pub struct EnvShowArgs {
    /// The library environment
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
