//! patchelf's flags, with patchelf's meaning, as its release 0.19 has them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::prints::Prints;
use super::wishes::{Wishes, abi, between_colons, names, resolve};

/// A parsed command line.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub prints: Prints,
    pub wishes: Wishes,
    pub page_size: Option<u64>,
    pub output: Option<PathBuf>,
    pub debug: bool,
    pub files: Vec<PathBuf>,
}

/// What a command line asks for.
pub(super) enum Request {
    Help,
    Version,
    Edit(Box<Arguments>),
}

/// Parses a command line without the program's name.
pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request> {
    let mut parsed = Arguments::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let mut plain = || rest.next().context("missing argument");
        let mut value = || resolve(&plain()?);
        let (prints, wishes) = (&mut parsed.prints, &mut parsed.wishes);
        match argument.to_str().unwrap_or_default() {
            "--set-interpreter" | "--interpreter" => wishes.interpreter = Some(value()?),
            "--page-size" => parsed.page_size = Some(page_size(&plain()?)?),
            "--print-interpreter" => prints.interpreter = true,
            "--print-os-abi" => prints.os_abi = true,
            "--set-os-abi" => wishes.os_abi = Some(abi(&value()?)?),
            "--print-soname" => prints.soname = true,
            "--set-soname" => wishes.soname = Some(value()?),
            "--remove-rpath" => wishes.remove_rpath = true,
            "--shrink-rpath" => wishes.shrink_rpath = true,
            "--allowed-rpath-prefixes" => wishes.allowed_prefixes = between_colons(&plain()?),
            "--set-rpath" => wishes.set_rpath = Some(value()?),
            "--add-rpath" => wishes.add_rpath = Some(value()?),
            "--print-rpath" => prints.rpath = true,
            "--force-rpath" => wishes.force_rpath = true,
            "--print-needed" => prints.needed = true,
            // Neither means anything to a writer that moves no section that it need not.
            "--no-sort" | "--no-clobber-old-sections" => {}
            "--add-needed" => drop(wishes.add_needed.insert(value()?)),
            "--remove-needed" => drop(wishes.remove_needed.insert(value()?)),
            "--replace-needed" => {
                let old = rest.next().context("missing argument(s)")?;
                let new = rest.next().context("missing argument(s)")?;
                wishes.replace_needed.insert(old.into_vec(), new.into_vec());
            }
            "--clear-symbol-version" => drop(wishes.clear_version.insert(value()?)),
            "--print-execstack" => prints.execstack = true,
            // Where both are given, patchelf clears.
            "--clear-execstack" => wishes.execstack = Some(false),
            "--set-execstack" => wishes.execstack = wishes.execstack.or(Some(true)),
            "--output" => parsed.output = Some(PathBuf::from(OsString::from_vec(value()?))),
            "--debug" => parsed.debug = true,
            "--no-default-lib" => wishes.no_default_lib = true,
            "--add-debug-tag" => wishes.debug_tag = true,
            "--build-resolution-cache" => wishes.resolution_cache = true,
            "--rename-dynamic-symbols" => wishes.rename = names(Path::new(&plain()?))?,
            "--help" | "-h" => return Ok(Request::Help),
            "--version" => return Ok(Request::Version),
            _ => parsed.files.push(argument.into()),
        }
    }
    check(&parsed)?;
    Ok(Request::Edit(Box::new(parsed)))
}

fn check(parsed: &Arguments) -> Result<()> {
    let wishes = &parsed.wishes;
    if parsed.files.is_empty() {
        bail!("missing filename");
    }
    if wishes.force_rpath && wishes.resolution_cache {
        bail!("--build-resolution-cache cannot be combined with --force-rpath");
    }
    if parsed.output.is_some() && parsed.files.len() != 1 {
        bail!("--output option only allowed with single input file");
    }
    if wishes.set_rpath.is_some() && wishes.add_rpath.is_some() {
        bail!("--set-rpath option not allowed with --add-rpath");
    }
    Ok(())
}

/// A number as C's `atoi` reads it. No other than a power of two could be a page's size.
fn page_size(argument: &OsStr) -> Result<u64> {
    let text = argument.to_string_lossy();
    let digits = text.trim_start().chars().take_while(char::is_ascii_digit);
    let size: u64 = digits.collect::<String>().parse().unwrap_or(0);
    if !size.is_power_of_two() {
        bail!("invalid argument to --page-size");
    }
    Ok(size)
}
