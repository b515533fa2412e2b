//! patchelf's flags, with patchelf's meaning, as its release 0.19 has them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::Failure;

/// What is printed of a file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prints {
    pub interpreter: bool,
    pub os_abi: bool,
    pub soname: bool,
    pub rpath: bool,
    pub execstack: bool,
    pub needed: bool,
}

/// A parsed command line.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub prints: Prints,
    pub page_size: Option<u64>,
    pub interpreter: Option<Vec<u8>>,
    pub os_abi: Option<Vec<u8>>,
    pub soname: Option<Vec<u8>>,
    pub set_rpath: Option<Vec<u8>>,
    pub add_rpath: Option<Vec<u8>>,
    pub remove_rpath: bool,
    pub shrink_rpath: bool,
    pub allowed_prefixes: Vec<Vec<u8>>,
    pub force_rpath: bool,
    pub add_needed: BTreeSet<Vec<u8>>,
    pub remove_needed: BTreeSet<Vec<u8>>,
    pub replace_needed: BTreeMap<Vec<u8>, Vec<u8>>,
    pub no_default_lib: bool,
    pub clear_version: BTreeSet<Vec<u8>>,
    pub debug_tag: bool,
    pub resolution_cache: bool,
    pub execstack: Option<bool>,
    pub rename: Option<BTreeMap<Vec<u8>, Vec<u8>>>,
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
pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, Failure> {
    let mut parsed = Arguments::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let mut plain = || rest.next().ok_or_else(|| Failure::new("missing argument"));
        let mut value = || resolve(&plain()?);
        match argument.to_str().unwrap_or_default() {
            "--set-interpreter" | "--interpreter" => parsed.interpreter = Some(value()?),
            "--page-size" => parsed.page_size = Some(page_size(&plain()?)?),
            "--print-interpreter" => parsed.prints.interpreter = true,
            "--print-os-abi" => parsed.prints.os_abi = true,
            "--set-os-abi" => parsed.os_abi = Some(value()?),
            "--print-soname" => parsed.prints.soname = true,
            "--set-soname" => parsed.soname = Some(value()?),
            "--remove-rpath" => parsed.remove_rpath = true,
            "--shrink-rpath" => parsed.shrink_rpath = true,
            "--allowed-rpath-prefixes" => {
                let prefixes = plain()?.into_vec();
                let prefixes = prefixes.split(|&it| it == b':').filter(|it| !it.is_empty());
                parsed.allowed_prefixes = prefixes.map(<[u8]>::to_vec).collect();
            }
            "--set-rpath" => parsed.set_rpath = Some(value()?),
            "--add-rpath" => parsed.add_rpath = Some(value()?),
            "--print-rpath" => parsed.prints.rpath = true,
            "--force-rpath" => parsed.force_rpath = true,
            "--print-needed" => parsed.prints.needed = true,
            // Neither means anything to a writer that moves no section that it need not.
            "--no-sort" | "--no-clobber-old-sections" => {}
            "--add-needed" => drop(parsed.add_needed.insert(value()?)),
            "--remove-needed" => drop(parsed.remove_needed.insert(value()?)),
            "--replace-needed" => {
                let missing = || Failure::new("missing argument(s)");
                let old = rest.next().ok_or_else(missing)?;
                let new = rest.next().ok_or_else(missing)?;
                parsed.replace_needed.insert(old.into_vec(), new.into_vec());
            }
            "--clear-symbol-version" => drop(parsed.clear_version.insert(value()?)),
            "--print-execstack" => parsed.prints.execstack = true,
            // Where both are given, patchelf clears.
            "--clear-execstack" => parsed.execstack = Some(false),
            "--set-execstack" => parsed.execstack = parsed.execstack.or(Some(true)),
            "--output" => parsed.output = Some(PathBuf::from(OsString::from_vec(value()?))),
            "--debug" => parsed.debug = true,
            "--no-default-lib" => parsed.no_default_lib = true,
            "--add-debug-tag" => parsed.debug_tag = true,
            "--build-resolution-cache" => parsed.resolution_cache = true,
            "--rename-dynamic-symbols" => parsed.rename = Some(names(Path::new(&plain()?))?),
            "--help" | "-h" => return Ok(Request::Help),
            "--version" => return Ok(Request::Version),
            _ => parsed.files.push(argument.into()),
        }
    }
    check(&parsed)?;
    Ok(Request::Edit(Box::new(parsed)))
}

fn check(parsed: &Arguments) -> Result<(), Failure> {
    if parsed.files.is_empty() {
        return Err(Failure::new("missing filename"));
    }
    if parsed.force_rpath && parsed.resolution_cache {
        let message = "--build-resolution-cache cannot be combined with --force-rpath";
        return Err(Failure::new(message));
    }
    if parsed.output.is_some() && parsed.files.len() != 1 {
        let message = "--output option only allowed with single input file";
        return Err(Failure::new(message));
    }
    if parsed.set_rpath.is_some() && parsed.add_rpath.is_some() {
        let message = "--set-rpath option not allowed with --add-rpath";
        return Err(Failure::new(message));
    }
    Ok(())
}

/// A value; `@FILE` stands for what is in the file.
fn resolve(argument: &OsStr) -> Result<Vec<u8>, Failure> {
    match argument.as_bytes().strip_prefix(b"@") {
        None => Ok(argument.as_bytes().to_vec()),
        Some(path) => {
            let path = Path::new(OsStr::from_bytes(path));
            fs::read(path).map_err(|error| Failure::of_file("getting info about", path, &error))
        }
    }
}

/// A number as C's `atoi` reads it.
fn page_size(argument: &OsStr) -> Result<u64, Failure> {
    let text = argument.to_string_lossy();
    let digits: String = text
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let size = digits.parse().unwrap_or(0);
    // No other size could be one of pages.
    match u64::is_power_of_two(size) {
        true => Ok(size),
        false => Err(Failure::new("invalid argument to --page-size")),
    }
}

/// The names of a file with two names per line: the old one and the new one.
fn names(path: &Path) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, Failure> {
    let shown = path.display();
    let bytes =
        fs::read(path).map_err(|_| Failure::new(format!("Cannot open map file {shown}")))?;
    let mut names = BTreeMap::new();
    for (number, line) in bytes.split(|&it| it == b'\n').enumerate() {
        let at = format!("{shown}:{}", number + 1);
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|it| !it.is_empty());
        let Some(old) = words.next() else {
            break;
        };
        let new = words.next().ok_or_else(|| {
            Failure::new(format!("{at}: Map file line is missing the second element"))
        })?;
        let (shown_old, shown_new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
        if names.contains_key(old) {
            let message = format!("{at}: Name '{shown_old}' appears twice in the map file");
            return Err(Failure::new(message));
        }
        if old.contains(&b'@') || new.contains(&b'@') {
            let message = format!("{at}: Name pair contains version tag: {shown_old} {shown_new}");
            return Err(Failure::new(message));
        }
        names.insert(old.to_vec(), new.to_vec());
    }
    Ok(names)
}
