//! What a program misses, as libraries for which packages can be chosen.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Need;
use crate::explain::text::problem_text;
use crate::explain::{How, Kind, Problem, Report};
use crate::printable;
use crate::resolver::{Loaded, Resolution};

/// Why there can be no pin for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpinnable {
    /// It is static.
    Static,
    /// It is a library.
    Library,
    /// It is a script, which this program runs, if it is there.
    Script(Option<PathBuf>),
    /// It is for musl.
    Musl,
    /// It is for another machine, or no program, or the loader gives up: why, in words.
    Other(String),
    /// It names a loader of its own, and the stub has no part in it.
    OwnLoader(PathBuf),
    /// There is no loader to go with its libraries.
    NoLoader,
}

impl fmt::Display for Unpinnable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static => f.write_str("it is static, and needs no library; start it as it is"),
            Self::Library => {
                f.write_str("it is a library; pins are for programs, so name one that loads it")
            }
            Self::Script(Some(program)) => {
                write!(
                    f,
                    "it is a script, which {} runs; pin that: ldshim pin {}",
                    program.display(),
                    printable::shell_word(program)
                )
            }
            Self::Script(None) => {
                f.write_str("it is a script, and the program that runs it is not there")
            }
            Self::Musl => f.write_str(
                "it is for musl, whose loader has no cache that a pin could stand for; name its libraries in \
                 NIX_LD_MUSL_LIBRARY_PATH",
            ),
            Self::Other(problem) => f.write_str(problem),
            Self::OwnLoader(path) => write!(
                f,
                "it names a loader of its own, {}, and the stub has no part in its start",
                path.display()
            ),
            Self::NoLoader => f.write_str(
                "there is no loader of glibc for it; enable programs.nix-ld, or name one in NIX_LD",
            ),
        }
    }
}

impl std::error::Error for Unpinnable {}

/// The libraries that are missing or too old; none if the program would start.
///
/// # Errors
/// A pin could not help, or would not be used.
pub fn needs(report: &Report) -> Result<Vec<Need>, Unpinnable> {
    let resolution = resolution(report)?;
    let mut needs = Vec::new();
    for problem in &report.problems {
        match problem {
            // By that very path, and so from no package and no pin.
            Problem::Missing { name, .. } if name.as_bytes().contains(&b'/') => {
                return Err(Unpinnable::Other(problem_text(report, problem)));
            }
            Problem::Missing { name, needed_by } => {
                let need = need_of(&mut needs, name);
                let names = needed_by
                    .iter()
                    .map(|&it| file_name(report, resolution, it));
                need.needed_by.extend(names);
            }
            Problem::Version(missing) => {
                let library = &resolution.objects[missing.library];
                let user = &resolution.objects[missing.wanted_by];
                let wanted = user.dynamic().versions_needed.iter();
                let mut wanted = wanted
                    .filter(|it| it.version == missing.version && is_named(library, &it.file));
                let Some(wanted) = wanted.next() else {
                    continue;
                };
                let need = need_of(&mut needs, &wanted.file);
                need.lacking.push(text(&missing.version));
                let name = file_name(report, resolution, missing.wanted_by);
                need.needed_by.push(name);
            }
            // Another version of the library may have them; which, only its user knows.
            Problem::Symbols(_) => {}
            // What is said of this is told by what is missing, or found again afterwards.
            Problem::MixedGlibc(_) => {}
            other => return Err(Unpinnable::Other(problem_text(report, other))),
        }
    }
    for need in &mut needs {
        need.versions = wanted_of(resolution, &need.name);
        for list in [&mut need.needed_by, &mut need.lacking] {
            list.sort();
            list.dedup();
        }
    }
    Ok(needs)
}

/// Puts the needs of several programs together, by name.
pub fn merge(all: &mut BTreeMap<String, Need>, needs: Vec<Need>) {
    for need in needs {
        let known = all.entry(need.name.clone()).or_insert_with(|| Need {
            name: need.name.clone(),
            ..Need::default()
        });
        for (known, new) in [
            (&mut known.needed_by, need.needed_by),
            (&mut known.versions, need.versions),
            (&mut known.lacking, need.lacking),
        ] {
            known.extend(new);
            known.sort();
            known.dedup();
        }
    }
}

/// What the loader would do with the program, if the stub starts it.
fn resolution(report: &Report) -> Result<&Resolution, Unpinnable> {
    let dynamic = match &report.kind {
        Kind::Dynamic(dynamic) => dynamic,
        Kind::Static(_) => return Err(Unpinnable::Static),
        Kind::Script(_, reports) => {
            let program = reports.last().map(|it| it.path.clone());
            return Err(Unpinnable::Script(program));
        }
        Kind::Foreign(_) | Kind::Unknown(_) => {
            let problem = report.problems.first();
            let problem = problem.map(|it| problem_text(report, it));
            return Err(Unpinnable::Other(problem.unwrap_or_default()));
        }
    };
    if dynamic.is_library {
        return Err(Unpinnable::Library);
    }
    if report.problems.contains(&Problem::Musl) {
        return Err(Unpinnable::Musl);
    }
    if dynamic.plan.how == How::WithoutStub {
        let interpreter = dynamic.interpreter.clone().unwrap_or_default();
        return Err(Unpinnable::OwnLoader(interpreter.into()));
    }
    dynamic.resolution.as_ref().ok_or(Unpinnable::NoLoader)
}

fn need_of<'a>(needs: &'a mut Vec<Need>, name: &OsStr) -> &'a mut Need {
    let name = text(name);
    let at = needs.iter().position(|it| it.name == name);
    let at = at.unwrap_or_else(|| {
        needs.push(Need {
            name,
            ..Need::default()
        });
        needs.len() - 1
    });
    &mut needs[at]
}

/// All symbol versions that anybody wants of a library, sorted.
pub(crate) fn wanted_of(resolution: &Resolution, name: &str) -> Vec<String> {
    let objects = resolution.order.iter().map(|&it| &resolution.objects[it]);
    let wanted = objects.flat_map(|it| &it.dynamic().versions_needed);
    let wanted = wanted.filter(|it| it.file == name && !it.is_weak);
    let mut versions: Vec<_> = wanted.map(|it| text(&it.version)).collect();
    versions.sort();
    versions.dedup();
    versions
}

fn is_named(object: &Loaded, name: &OsStr) -> bool {
    object.names.iter().any(|it| it == name)
}

/// The name of an object's file; of object 0, the program's.
fn file_name(report: &Report, resolution: &Resolution, object: usize) -> String {
    let path = resolution.objects[object].path.as_deref();
    let path = path.unwrap_or(&report.path);
    text(path.file_name().unwrap_or(Path::as_os_str(path)))
}

fn text(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}
