//! `ldshim ldconfig`, and the program `ldconfig`: ldshim by that name.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;

use super::explain::inherited;
use super::print;
use crate::cli::{Cli, Command, LdconfigArgs};
use crate::elf::Architecture;
use crate::ldconfig::{Found, find, in_directory};
use crate::loader_cache::{CacheFile, list};
use crate::resolver::map_file;

/// Carries out a command line: the program's name, and its arguments.
pub fn ldconfig(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let own = ["ldshim", "ldconfig"].map(OsString::from);
    let Cli { command, .. } = Cli::parse_from(own.into_iter().chain(arguments.skip(1)));
    let Command::Ldconfig(args) = command else {
        return ExitCode::FAILURE;
    };
    match run(&args) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("ldconfig: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns 0, or an error.
pub(super) fn run(args: &LdconfigArgs) -> Result<ExitCode> {
    refuse(args)?;
    if args.print_cache {
        print_cache(args.cache.as_deref())?;
    } else if args.verbose {
        print(&by_directory(args)?)?;
    } else if !(args.no_cache && args.no_links) {
        eprintln!(
            "ldconfig: nothing is written: programs find what is in programs.nix-ld.libraries, or what NIX_LD_LIBRARY_PATH \
             names; `ldconfig -p` lists it"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// What would have to be written, and whoever asks relies on it.
fn refuse(args: &LdconfigArgs) -> Result<()> {
    if let Some(root) = &args.root {
        bail!(
            "-r {}: ldshim lists the libraries of this system only; to make the cache of another root, run its own ldconfig, or \
             that of pkgs.glibc.bin",
            root.display()
        );
    }
    if args.link || args.named_only && !args.no_links {
        bail!(
            "ldshim makes no links to libraries; `ln -s`, or the ldconfig of pkgs.glibc.bin, does"
        );
    }
    if let Some(cache) = args
        .cache
        .as_ref()
        .filter(|_| !args.print_cache && !args.no_cache)
    {
        bail!(
            "-C {}: ldshim writes no cache from here; `ldshim env build` makes a library environment, with its cache",
            cache.display()
        );
    }
    Ok(())
}

fn print_cache(file: Option<&Path>) -> Result<()> {
    let Some(file) = file else {
        let found = found()?;
        return print(&list(&found.libraries, &found.cache, None));
    };
    let operation = || format!("Can't open cache file {}", file.display());
    let bytes = map_file(file).with_context(operation)?;
    let cache = CacheFile::new(bytes)
        .map_err(|it| anyhow!(it))
        .with_context(operation)?;
    print(&list(&cache.list(), file, cache.generator().as_deref()))
}

fn found() -> Result<Found> {
    find(&inherited()?)?.context(
        "there is no library environment and no loader that programs could use; programs.nix-ld.enable = true; brings \
         them, and `ldshim doctor` says what is missing",
    )
}

/// Each directory with what is in it, as `ldconfig -v` prints what it finds.
fn by_directory(args: &LdconfigArgs) -> Result<String> {
    let mut all = Vec::new();
    for directory in &args.directories {
        let found = Architecture::ALL.into_iter();
        all.extend(found.flat_map(|it| in_directory(directory, it)));
    }
    if !args.named_only {
        all.extend(found()?.libraries);
    }
    let mut directories: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for library in &all {
        let directory = library.path.parent().unwrap_or(Path::new("/"));
        directories.entry(directory).or_default().push(library);
    }
    let mut text = String::new();
    for (directory, libraries) in directories {
        _ = writeln!(text, "{}: (from <builtin>:0)", directory.display());
        for it in libraries {
            let file = it.path.canonicalize().unwrap_or_else(|_| it.path.clone());
            let file = file.file_name().unwrap_or_default().display().to_string();
            _ = writeln!(text, "\t{} -> {file}", it.name.display());
        }
    }
    Ok(text)
}
