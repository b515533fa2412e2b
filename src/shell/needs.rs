//! Which libraries of a program a package has to bring.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::choice::{Need, is_part_of_glibc, wanted_of};
use crate::elf::Architecture;
use crate::explain::text::problem_text;
use crate::explain::{Kind, Problem, Report};
use crate::resolver::{Found, Loaded, Resolution};

/// Which libraries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that the program does not bring along, and that are not of glibc: what it finds here today may not be in a
    /// shell.
    All,
    /// Those that it misses on this system.
    Missing,
}

/// Why a file has no needs that could be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsuitable {
    /// It is static: it needs none.
    Static,
    /// What stands in the way, in words.
    Other(String),
}

impl fmt::Display for Unsuitable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static => f.write_str("it is static, and needs no library"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// The architecture of a program, or of the program that runs a script, and the libraries that packages have to bring. Those
/// in `folders` come with the program: it, or the script that starts it, names them in `LD_LIBRARY_PATH`.
///
/// # Errors
/// It is static, for musl or another machine, or nothing that is ever started.
pub fn needs(
    report: &Report,
    scope: Scope,
    folders: &[PathBuf],
) -> Result<(&'static Architecture, Vec<Need>), Unsuitable> {
    let dynamic = match &report.kind {
        Kind::Dynamic(dynamic) => dynamic,
        Kind::Script(interpreter, reports) => {
            let missing = || {
                Unsuitable::Other(format!(
                    "it is a script, and {} is not there",
                    interpreter.display()
                ))
            };
            return needs(reports.last().ok_or_else(missing)?, scope, folders);
        }
        Kind::Static(_) => return Err(Unsuitable::Static),
        Kind::Foreign(identity) => {
            return Err(Unsuitable::Other(format!(
                "it is for {identity}, for which there is no stub"
            )));
        }
        Kind::Unknown(what) => return Err(Unsuitable::Other(format!("it is {what}"))),
    };
    let Some(resolution) = &dynamic.resolution else {
        let why = if report.problems.contains(&Problem::Musl) {
            "it is for musl, whose search is not explained; its libraries are those of pkgsMusl"
        } else {
            "there is no loader of glibc that could be asked; enable programs.nix-ld, or name one in NIX_LD"
        };
        return Err(Unsuitable::Other(why.into()));
    };
    let is_by_path = |name: &OsStr| name.as_bytes().contains(&b'/');
    // No package helps against these.
    let hopeless = report.problems.iter().find(|it| match it {
        Problem::Missing { name, .. } => is_by_path(name),
        Problem::Unreadable(..) | Problem::Failure(_) => true,
        _ => false,
    });
    if let Some(problem) = hopeless {
        return Err(Unsuitable::Other(problem_text(report, problem)));
    }
    let mut needs = BTreeMap::new();
    for (number, object) in resolution.objects.iter().enumerate() {
        for edge in &object.needs {
            let library = &resolution.objects[edge.object];
            let is_wanted = match scope {
                Scope::Missing => library.is_missing(),
                Scope::All => {
                    brings_along(resolution, number, folders) && is_of_system(library, folders)
                }
            };
            let name = text(&edge.name);
            // What is asked for by a path, no package brings.
            if is_wanted
                && !is_by_path(&edge.name)
                && !(scope == Scope::All && is_part_of_glibc(&name))
            {
                add(&mut needs, name, file_name(report, object));
            }
        }
    }
    if scope == Scope::Missing {
        add_lacking(&mut needs, report, resolution);
    }
    let mut needs: Vec<Need> = needs.into_values().collect();
    for need in &mut needs {
        need.versions = wanted_of(resolution, &need.name);
    }
    Ok((dynamic.architecture, needs))
}

/// Libraries that a program says it may load later (`.note.dlopen`), and that are not there.
#[must_use]
pub fn may_load(report: &Report) -> Vec<String> {
    let resolution = match &report.kind {
        Kind::Dynamic(dynamic) => dynamic.resolution.as_ref(),
        Kind::Script(_, reports) => return reports.last().map(may_load).unwrap_or_default(),
        _ => None,
    };
    let probes = resolution.iter().flat_map(|it| &it.probes);
    let missing =
        probes.filter(|it| it.note.is_some() && it.candidates.iter().all(|it| it.path.is_none()));
    let names = missing.map(|it| {
        let names = it.candidates.iter().map(|it| it.name.display().to_string());
        names.collect::<Vec<_>>().join(" or ")
    });
    names.collect()
}

/// Whether an object is the program or lies beside it: what it asks for, no package has thought of.
fn brings_along(resolution: &Resolution, number: usize, folders: &[PathBuf]) -> bool {
    let object = &resolution.objects[number];
    let is_in_store = |path: &Path| path.starts_with("/nix/store");
    match object.found {
        Found::Program => true,
        Found::LibraryPath => is_in(object, folders),
        Found::Rpath(_) | Found::Runpath | Found::ByPath => object
            .path
            .as_ref()
            .is_some_and(|path| !path.canonicalize().is_ok_and(|it| is_in_store(&it))),
        _ => false,
    }
}

/// Whether a library is where the system has it, or nowhere.
fn is_of_system(library: &Loaded, folders: &[PathBuf]) -> bool {
    match library.found {
        Found::LibraryPath => !is_in(library, folders),
        Found::Cache | Found::SystemDirectory | Found::Nowhere(_) => true,
        _ => false,
    }
}

fn is_in(library: &Loaded, folders: &[PathBuf]) -> bool {
    let folder = library.path.as_deref().and_then(Path::parent);
    folder.is_some_and(|it| {
        folders
            .iter()
            .any(|own| own == it || own.canonicalize().is_ok_and(|own| own == it))
    })
}

/// Libraries that are there, but too old.
fn add_lacking(needs: &mut BTreeMap<String, Need>, report: &Report, resolution: &Resolution) {
    for missing in &resolution.missing_versions {
        let user = &resolution.objects[missing.wanted_by];
        let library = &resolution.objects[missing.library];
        let wanted = user.dynamic().versions_needed.iter();
        let named = |file: &OsStr| library.names.iter().any(|it| it == file);
        let Some(wanted) = { wanted }.find(|it| it.version == missing.version && named(&it.file))
        else {
            continue;
        };
        let need = add(needs, text(&wanted.file), file_name(report, user));
        need.lacking.push(text(&missing.version));
    }
}

fn add(needs: &mut BTreeMap<String, Need>, name: String, needed_by: String) -> &mut Need {
    let need = needs.entry(name.clone()).or_insert_with(|| Need {
        name,
        ..Need::default()
    });
    if !need.needed_by.contains(&needed_by) {
        need.needed_by.push(needed_by);
    }
    need
}

/// The name of an object's file; the program itself has no path.
fn file_name(report: &Report, object: &Loaded) -> String {
    let path = object.path.as_deref().unwrap_or(&report.path);
    text(path.file_name().unwrap_or(path.as_os_str()))
}

fn text(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}
