//! The program `patchelf`: ldshim by that name, with patchelf's flags, output and exit statuses.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};

use super::arguments::{Arguments, Request, parse};
use super::prints::{NO_DYNAMIC_TABLE, NO_INTERPRETER};
use crate::resolver::map_file;
use crate::surgery::{Edit, Facts, Options, check_like_patchelf, facts, plan, replace, write_to};

/// The release whose flags these are.
const VERSION: &str = "0.19.0";

/// Carries out a command line: the program's name, and its arguments.
pub fn run(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let name = arguments.next().unwrap_or_default();
    let mut arguments = arguments.peekable();
    if arguments.peek().is_none() {
        eprint!("{}", help(&name.to_string_lossy()));
        return ExitCode::FAILURE;
    }
    let done = parse(arguments).and_then(|request| match request {
        Request::Help => {
            eprint!("{}", help(&name.to_string_lossy()));
            Ok(())
        }
        Request::Version => print(format!("patchelf {VERSION}\n").as_bytes()),
        Request::Edit(arguments) => {
            let mut files = arguments.files.iter();
            files.try_for_each(|file| edit(file, &arguments))
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // As strerror says it, without the number that Rust adds.
            let message = format!("{error:#}");
            let message = message.split(" (os error").next().unwrap_or_default();
            eprintln!("patchelf: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Prints what is asked of a file, and edits it.
fn edit(path: &Path, arguments: &Arguments) -> Result<()> {
    let metadata = fs::metadata(path);
    let _is_there = metadata.with_context(|| format!("getting info about '{}'", path.display()))?;
    if path.is_dir() {
        bail!("reading '{}': Is a directory", path.display());
    }
    let bytes = map_file(path).with_context(|| format!("open '{}'", path.display()))?;
    let like_patchelf =
        |edits: &[Edit]| check_like_patchelf(&bytes, edits).map_err(|it| anyhow!(it));
    like_patchelf(&[])?;
    let before = facts(&bytes, &[])?;
    let (lines, said) = arguments.prints.lines(&before);
    print(&lines)?;
    said?;
    let mut edits = arguments.wishes.edits(&before);
    refuse_static(&before, &edits, arguments.wishes.shrink_rpath)?;
    if before.is_debug_only {
        edits.retain(|it| !is_passed_over(it));
    }
    let warnings = like_patchelf(&edits)?;
    let (cache, warning) = arguments.wishes.resolution_cache(&bytes, &edits)?;
    edits.extend(cache);
    warnings
        .iter()
        .chain(&warning)
        .for_each(|it| eprintln!("{it}"));
    let options = Options {
        page_size: arguments.page_size,
        ..Options::default()
    };
    let plan = plan(&bytes, &edits, &options)?;
    if arguments.debug || std::env::var_os("PATCHELF_DEBUG").is_some() {
        plan.steps.iter().for_each(|step| eprintln!("{step}"));
    }
    match &arguments.output {
        Some(output) => write_to(path, &plan, output, &|_| Ok(())),
        None if plan.is_empty() => Ok(()),
        // In a build, which starts anew after a power cut, patchelf does not wait for the disk either.
        None => replace(path, &plan, false, &|_| Ok(())),
    }
}

/// What patchelf says of files that are linked statically.
fn refuse_static(facts: &Facts, edits: &[Edit], shrinks: bool) -> Result<()> {
    for edit in edits {
        match edit {
            Edit::OsAbi(_) | Edit::ExecutableStack(_) => {}
            Edit::Interpreter(_) if facts.interpreter.is_none() => bail!(NO_INTERPRETER),
            Edit::Interpreter(_) => {}
            _ if facts.is_dynamic || facts.is_debug_only => {}
            _ => bail!(NO_DYNAMIC_TABLE),
        }
    }
    // Where there is no search path, there is no edit either.
    if shrinks && !facts.is_dynamic && !facts.is_debug_only {
        bail!(NO_DYNAMIC_TABLE);
    }
    Ok(())
}

/// Whether patchelf passes over an edit of a file with debugging information only, without a word.
fn is_passed_over(edit: &Edit) -> bool {
    let is_path = matches!(edit, Edit::SearchPath { .. });
    is_path || matches!(edit, Edit::RemoveNeeded(_) | Edit::ReplaceNeeded(_))
}

fn print(text: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to stdout")
        }
        _ => Ok(()),
    }
}

fn help(name: &str) -> String {
    format!(
        "syntax: {name}
  [--set-interpreter FILENAME]
  [--page-size SIZE]
  [--print-interpreter]
  [--print-os-abi]\t\tPrints 'EI_OSABI' field of ELF header
  [--set-os-abi ABI]\t\tSets 'EI_OSABI' field of ELF header to ABI.
  [--print-soname]\t\tPrints 'DT_SONAME' entry of .dynamic section. Raises an error if DT_SONAME doesn't exist
  [--set-soname SONAME]\t\tSets 'DT_SONAME' entry to SONAME.
  [--set-rpath RPATH]
  [--add-rpath RPATH]
  [--remove-rpath]
  [--shrink-rpath]
  [--allowed-rpath-prefixes PREFIXES]\t\tWith '--shrink-rpath', reject rpath entries not starting with the allowed prefix
  [--print-rpath]
  [--force-rpath]
  [--add-needed LIBRARY]
  [--remove-needed LIBRARY]
  [--replace-needed LIBRARY NEW_LIBRARY]
  [--print-needed]
  [--no-default-lib]
  [--no-sort]\t\tDo not sort program+section headers; useful for debugging patchelf.
  [--clear-symbol-version SYMBOL]
  [--add-debug-tag]
  [--build-resolution-cache]
  [--print-execstack]\t\tPrints whether the object requests an executable stack
  [--clear-execstack]
  [--set-execstack]
  [--rename-dynamic-symbols NAME_MAP_FILE]\tRenames dynamic symbols. The map file should contain two symbols (old_name new_name) per line
  [--no-clobber-old-sections]\t\tDo not clobber old section values - only use when the binary expects to find section info at the old location.
  [--output FILE]
  [--debug]
  [--version]
  FILENAME...
"
    )
}
