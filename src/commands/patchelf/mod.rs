//! The program `patchelf`: ldshim by that name, with patchelf's flags, output and exit statuses.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use crate::resolver::map_file;
use crate::surgery::{
    Edit, Facts, Options, SearchPathChange, check_like_patchelf, facts, plan, replace,
    resolution_cache, shrunk, write_to,
};

mod arguments;
mod os_abi;

use arguments::{Arguments, Request, parse};

/// The release whose flags these are.
const VERSION: &str = "0.19.0";

/// Why nothing was done, in patchelf's words where it has some.
#[derive(Debug)]
pub(super) struct Failure(String);

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    fn of_file(operation: &str, path: &Path, error: &io::Error) -> Self {
        // Without the number that Rust adds.
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        Self(format!("{operation} '{}': {text}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

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
        Request::Version => print(&format!("patchelf {VERSION}\n")),
        Request::Edit(arguments) => arguments
            .files
            .iter()
            .try_for_each(|file| edit(file, &arguments)),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("patchelf: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Prints what is asked of a file, and edits it.
fn edit(path: &Path, arguments: &Arguments) -> Result<(), Failure> {
    let opened = File::open(path);
    drop(opened.map_err(|error| Failure::of_file("getting info about", path, &error))?);
    let bytes = map_file(path).map_err(|error| Failure::of_file("open", path, &error))?;
    let like_patchelf = |edits: &[Edit]| check_like_patchelf(&bytes, edits).map_err(Failure::new);
    like_patchelf(&[])?;
    let before = facts(&bytes, &[])?;
    show(&before, arguments)?;
    let mut edits = edits(&before, arguments)?;
    like_patchelf(&edits)?
        .iter()
        .for_each(|it| eprintln!("{it}"));
    if arguments.resolution_cache {
        edits.extend(resolution_cache_of(&facts(&bytes, &edits)?)?.map(Edit::ResolutionCache));
    }
    let options = Options {
        page_size: arguments.page_size,
        ..Options::default()
    };
    let plan = plan(&bytes, &edits, &options)?;
    if arguments.debug || std::env::var_os("PATCHELF_DEBUG").is_some() {
        plan.steps.iter().for_each(|step| eprintln!("{step}"));
    }
    match &arguments.output {
        Some(output) => write_to(path, &plan, output)?,
        None if plan.is_empty() => {}
        None => replace(path, &plan)?,
    }
    Ok(())
}

/// The note for nixpkgs' glibc. One that is there and says something else was made of another file: that is an error.
fn resolution_cache_of(facts: &Facts) -> Result<Option<Vec<u8>>, Failure> {
    let new = resolution_cache(facts);
    let is_stale = |old| new.as_ref().ok() != Some(old);
    if facts.resolution_cache.as_ref().is_some_and(is_stale) {
        return Err(Failure::new(
            "--build-resolution-cache: a resolution cache note is already present; rebuild from an unpatched binary",
        ));
    }
    if let Err(why) = new {
        eprintln!("warning: --build-resolution-cache: {why}; no cache written");
    }
    Ok(new.ok())
}

fn show(facts: &Facts, arguments: &Arguments) -> Result<(), Failure> {
    let prints = arguments.prints;
    let mut lines: Vec<Vec<u8>> = Vec::new();
    if prints.interpreter {
        let path = facts.interpreter.clone();
        lines.push(path.ok_or_else(|| {
            Failure::new(
                "cannot find section '.interp'. The input file is most likely statically linked",
            )
        })?);
    }
    if prints.os_abi {
        lines.push(os_abi::name(facts.os_abi).into_bytes());
    }
    if prints.soname && facts.is_shared_object {
        lines.extend(facts.soname.clone().filter(|it| !it.is_empty()));
    }
    if prints.rpath {
        lines.push(facts.search_path.clone().unwrap_or_default());
    }
    if prints.execstack {
        let stack = match facts.executable_stack {
            Some(true) => 'X',
            Some(false) => '-',
            None => '?',
        };
        lines.push(format!("execstack: {stack}").into_bytes());
    }
    if prints.needed {
        lines.extend(facts.needed.clone());
    }
    let text: Vec<u8> = lines
        .into_iter()
        .flat_map(|mut line| {
            line.push(b'\n');
            line
        })
        .collect();
    write(&text)
}

/// The edits in patchelf's order.
fn edits(facts: &Facts, arguments: &Arguments) -> Result<Vec<Edit>, Failure> {
    let mut edits = Vec::new();
    if let Some(abi) = &arguments.os_abi {
        edits.push(Edit::OsAbi(os_abi::number(abi)?));
    }
    if let Some(soname) = arguments.soname.as_ref().filter(|_| facts.is_shared_object) {
        edits.push(Edit::Soname(soname.clone()));
    }
    if let Some(path) = arguments.interpreter.as_ref().filter(|it| !it.is_empty()) {
        edits.push(Edit::Interpreter(path.clone()));
    }
    edits.extend(arguments.execstack.map(Edit::ExecutableStack));
    let change = match arguments {
        it if it.shrink_rpath => shrunk(facts, &it.allowed_prefixes).map(SearchPathChange::Set),
        it if it.remove_rpath => Some(SearchPathChange::Remove),
        it => it
            .set_rpath
            .clone()
            .map(SearchPathChange::Set)
            .or(it.add_rpath.clone().map(SearchPathChange::Add)),
    };
    edits.extend(change.map(|change| Edit::SearchPath {
        change,
        force_rpath: arguments.force_rpath,
    }));
    if !arguments.remove_needed.is_empty() {
        edits.push(Edit::RemoveNeeded(arguments.remove_needed.clone()));
    }
    if !arguments.replace_needed.is_empty() {
        edits.push(Edit::ReplaceNeeded(arguments.replace_needed.clone()));
    }
    if !arguments.add_needed.is_empty() {
        edits.push(Edit::AddNeeded(
            arguments.add_needed.iter().cloned().collect(),
        ));
    }
    if !arguments.clear_version.is_empty() {
        edits.push(Edit::ClearVersion(arguments.clear_version.clone()));
    }
    if arguments.no_default_lib {
        edits.push(Edit::NoDefaultLibraries);
    }
    if arguments.debug_tag {
        edits.push(Edit::DebugTag);
    }
    edits.extend(arguments.rename.clone().map(Edit::RenameSymbols));
    Ok(edits)
}

fn print(text: &str) -> Result<(), Failure> {
    write(text.as_bytes())
}

fn write(text: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to stdout: {error}")))
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
