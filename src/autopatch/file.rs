//! One file: whether it is edited, what it needs, and where that is.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use anyhow::{Context, Result};

use super::libraries::Libraries;
use super::order::{Chosen, in_order};
use super::target::{Target, are_compatible, machine_name};
use super::{Missing, Settings};
use crate::elf::{Dynamic, Image};
use crate::resolver::{dlopen_alternatives, map_file};
use crate::surgery::{Edit, Facts, SearchPathChange, facts, plan, replace};

/// What became of a file.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What there is to say, in auto-patchelf's words.
    pub lines: Vec<String>,
    /// The libraries that were not found.
    pub missing: Vec<Missing>,
    /// Whether it was changed, or would be.
    pub is_changed: bool,
}

/// Gives a file the target's loader, if it names one, and a search path with the directories of what it needs.
///
/// # Errors
/// It cannot be read or written, or there is no room in it.
pub fn autopatch(
    path: &Path,
    target: &Target,
    libraries: &Libraries,
    settings: &Settings,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let context = || format!("cannot change {}", path.display());
    let Ok(bytes) = map_file(path) else {
        return Ok(outcome);
    };
    let Some(said) = taken(path, &bytes, target, &mut outcome.lines) else {
        return Ok(outcome);
    };
    let shown = path.display();
    let mut edits = Vec::new();
    let mut search_path = Vec::new();
    if settings.preserve_origin {
        search_path.extend(entries_with_origin(&said));
    }
    if said.interpreter.is_some() {
        outcome
            .lines
            .push(format!("setting interpreter of {shown}"));
        edits.push(Edit::Interpreter(
            target.loader.as_os_str().as_bytes().to_vec(),
        ));
        search_path.extend(settings.runtime_dependencies.iter().map(|it| bytes_of(it)));
    }
    outcome
        .lines
        .push(format!("searching for dependencies of {shown}"));
    let image = Image::parse(&bytes).ok();
    let dynamic = image.as_ref().and_then(Dynamic::of).unwrap_or_default();
    let needed = said
        .needed
        .iter()
        .map(|it| vec![OsString::from_vec(it.clone())]);
    let later = image.as_ref().map(dlopen_alternatives).unwrap_or_default();
    let mut chosen = Vec::new();
    for names in needed.chain(later) {
        let wanted = Wanted {
            said: &said,
            dynamic: &dynamic,
            target,
            libraries,
            settings,
        };
        match wanted.find(&names) {
            Found::ByItself => {}
            Found::In(name, directory) => {
                let line = format!("    {} -> found: {}", name.display(), directory.display());
                outcome.lines.push(line);
                chosen.push(Chosen {
                    versions: wanted.versions(&name).map(OsStr::to_owned).collect(),
                    directory: directory.to_owned(),
                    name: Path::new(&name).file_name().unwrap_or(&name).to_owned(),
                });
            }
            Found::Nowhere => {
                let file = path.to_owned();
                let missing = Missing { names, file };
                outcome
                    .lines
                    .push(format!("    {} -> not found!", missing.name()));
                outcome.missing.push(missing);
            }
        }
    }
    let directories = in_order(&chosen, said.machine, libraries);
    search_path.extend(directories.iter().map(|it| bytes_of(it)));
    search_path.extend(settings.append_rpaths.iter().map(|it| bytes_of(it)));
    if !search_path.is_empty() {
        let mut once: Vec<Vec<u8>> = Vec::new();
        search_path.into_iter().for_each(|it| {
            if !once.contains(&it) {
                once.push(it);
            }
        });
        let path = once.join(&b':');
        outcome.lines.push(format!(
            "setting RPATH to: {}",
            String::from_utf8_lossy(&path)
        ));
        edits.push(Edit::SearchPath {
            change: SearchPathChange::Set(path),
            force_rpath: settings.force_rpath,
        });
    }
    edits.extend(settings.edits.iter().cloned());
    let plan = plan(&bytes, &edits, &settings.options).with_context(context)?;
    outcome.is_changed = !plan.is_empty();
    if outcome.is_changed && !settings.is_dry_run {
        replace(path, &plan, false, &|_| Ok(()))?;
    }
    Ok(outcome)
}

/// What a file says, if it is one for the target; else why not, if that is worth a line.
fn taken(path: &Path, bytes: &[u8], target: &Target, lines: &mut Vec<String>) -> Option<Facts> {
    let path = path.display();
    let said = facts(bytes, &[]);
    let Ok(said) = said else {
        // Object files; what is no ELF file at all is passed over without a word.
        if bytes.starts_with(b"\x7fELF") {
            lines.push(format!("skipping {path} because it contains no segment"));
        }
        return None;
    };
    if said.is_debug_only {
        lines.push(format!(
            "skipping {path} because it looks like a separate debug object"
        ));
        return None;
    }
    if !said.is_dynamic {
        lines.push(format!("skipping {path} because it is statically linked"));
        return None;
    }
    if said.machine != target.machine {
        let (own, wanted) = (machine_name(said.machine), machine_name(target.machine));
        lines.push(format!(
            "skipping {path} because its architecture ({own}) differs from target ({wanted})"
        ));
        return None;
    }
    if !are_compatible(target.os_abi, said.os_abi) {
        let (own, wanted) = (said.os_abi, target.os_abi);
        lines.push(format!(
            "skipping {path} because its OS ABI ({own}) is not compatible with target ({wanted})"
        ));
        return None;
    }
    Some(said)
}

/// Where a library was found.
enum Found<'a> {
    /// The loader finds it without a search path.
    ByItself,
    /// In a directory, by this name.
    In(OsString, &'a Path),
    Nowhere,
}

/// What a file wants, and where it may come from.
struct Wanted<'a> {
    said: &'a Facts,
    dynamic: &'a Dynamic,
    target: &'a Target,
    libraries: &'a Libraries,
    settings: &'a Settings,
}

impl<'a> Wanted<'a> {
    /// The versions that the file wants of a library.
    fn versions(&self, name: &OsStr) -> impl Iterator<Item = &'a OsStr> {
        let wanted = self.dynamic.versions_needed.iter();
        let wanted = wanted.filter(move |it| it.file == *name && !it.is_weak);
        wanted.map(|it| it.version.as_os_str())
    }

    /// The first of these names that is there. What is of the C library counts as found, even if it is looked for and is
    /// nowhere else.
    fn find(&self, names: &[OsString]) -> Found<'a> {
        for name in names {
            let path = Path::new(name);
            let is_of_libc = fs::metadata(self.target.libc.join(path)).is_ok_and(|it| it.is_file());
            let is_there = path.is_absolute() && path.is_file();
            if is_there || is_of_libc && !self.settings.keep_libc {
                return Found::ByItself;
            }
            let file = path.file_name().unwrap_or(name);
            let versions: Vec<&OsStr> = self.versions(name).collect();
            let found = self
                .libraries
                .find(file, self.said.machine, self.said.os_abi, &versions);
            if let Some(directory) = found {
                return Found::In(name.clone(), directory);
            }
            if is_of_libc {
                return Found::ByItself;
            }
        }
        Found::Nowhere
    }
}

fn entries_with_origin(said: &Facts) -> Vec<Vec<u8>> {
    let path = said.search_path.as_deref().unwrap_or_default();
    let entries = path.split(|&it| it == b':');
    let has_origin = |it: &&[u8]| memchr::memmem::find(it, b"$ORIGIN").is_some();
    entries.filter(has_origin).map(<[u8]>::to_vec).collect()
}

fn bytes_of(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().to_vec()
}
