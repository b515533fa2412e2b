//! Scripts in a bundle: texts that find the bundle, and their interpreter in it.
//!
//! The kernel wants an absolute path behind `#!`, and a bundle has none. So a script becomes one for `/bin/sh`, which every
//! system has, and its first commands execute the interpreter of the bundle with the script itself. It stays where it is and keeps its
//! name, so `$0`, `sys.argv` and what it finds beside itself are right. How an interpreter passes over those commands depends
//! on its language:
//!
//! - bash knows who it is by `$BASH`.
//! - Perl and Ruby skip everything up to a line with `#!` and their name if they are told `-x`.
//! - Python reads a string where sh reads a command, as in the scripts that pip writes for long paths.
//! - All others get a text of their own, in a folder `.ldshim` beside the script.

mod python;
mod shell;
mod text;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::super::{Setting, place};
use super::mentions::mentions;
use crate::exec::Line;

pub(super) use python::rewritten as python_rewritten;
use text::{find_bundle, in_shell, settings_text};

/// The folder beside a script for texts that cannot begin with commands for sh.
const FOLDER: &str = ".ldshim";

/// A script's texts in the bundle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bundled {
    /// What stands in the script's place.
    pub(super) text: Vec<u8>,
    /// A second file: its place, and its text.
    pub(super) other: Option<(PathBuf, Vec<u8>)>,
    /// Paths that the text names, in ways that work in the bundle.
    pub(super) named: Vec<PathBuf>,
    /// Store paths that it names and will not find.
    pub(super) unserved: Vec<PathBuf>,
}

/// The script at a path of the system with this text, as it is in the bundle, where this interpreter goes along.
pub(super) fn bundled(path: &Path, bytes: &[u8], interpreter: &Path, line: &Line) -> Bundled {
    let place = place(path);
    let call = call(interpreter, line.argument.as_deref());
    let find = find_bundle(&place);
    let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |it| it + 1);
    let body = &bytes[end..];
    let name = interpreter.canonicalize();
    let name = name.as_deref().unwrap_or(interpreter).file_name();
    let name = name.and_then(OsStr::to_str).unwrap_or_default();
    match name {
        _ if name == "bash" => {
            let shell::Rewritten {
                text,
                named,
                unserved,
            } = shell::rewritten(body);
            let pattern = in_shell(&format!("/{}", super::super::place(interpreter).display()));
            let start = format!(
                "#!/bin/sh\n{find}; case ${{BASH-}} in *{pattern}) ;; *) exec {call} \"$0\" \"$@\" ;; esac\n"
            );
            Bundled {
                text: [start.as_bytes(), &text].concat(),
                other: None,
                named,
                unserved,
            }
        }
        _ if name.starts_with("perl") || name.starts_with("ruby") => {
            let interpreter = self::call(interpreter, None);
            let start = format!("#!/bin/sh\n{find}; exec {interpreter} -x \"$0\" \"$@\"\n");
            let line = match contains_name(&bytes[..end], name) {
                true => bytes[..end].to_vec(),
                false => format!("#!{}\n", &name[..4]).into_bytes(),
            };
            Bundled {
                text: [start.as_bytes(), &line, body].concat(),
                other: None,
                named: Vec::new(),
                unserved: unserved(body),
            }
        }
        _ if name.starts_with("python") && python::may_follow_a_string(body) => {
            let (body, named, unserved) = python::rewritten(&place, body);
            // sh reads the command `:` here, and Python a string that ends on the next line.
            let start = format!("#!/bin/sh\n''':'; {find}; exec {call} \"$0\" \"$@\"\n' '''\n");
            Bundled {
                text: [start.as_bytes(), &body].concat(),
                other: None,
                named,
                unserved,
            }
        }
        _ => {
            let folder = place.parent().unwrap_or(Path::new("")).join(FOLDER);
            let other = folder.join(place.file_name().unwrap_or_default());
            let script = in_shell(&format!("{}/{}", super::super::ROOT, other.display()));
            let text = format!("#!/bin/sh\n{find}; exec {call} {script} \"$@\"\n");
            let (body, named, unserved) = match name.starts_with("python") {
                true => python::rewritten(&other, bytes),
                false => (bytes.to_vec(), Vec::new(), unserved(body)),
            };
            Bundled {
                text: text.into_bytes(),
                other: Some((other, body)),
                named,
                unserved,
            }
        }
    }
}

/// A wrapper, as a script for sh that makes the same settings and starts the same file in the bundle.
pub(super) fn wrapped(path: &Path, program: &Path, settings: &[Setting]) -> Vec<u8> {
    let find = find_bundle(&place(path));
    let mut text = format!("#!/bin/sh\n{find}\n{}exec ", settings_text(settings));
    text += &call(program, None);
    for setting in settings {
        if let Setting::AddFlag { value } = setting {
            text += &format!(" {}", in_shell(value));
        }
    }
    text += " \"$@\"";
    for setting in settings {
        if let Setting::AppendFlag { value } = setting {
            text += &format!(" {}", in_shell(value));
        }
    }
    text.push('\n');
    text.into_bytes()
}

/// The words of a shell that execute a file of the bundle.
fn call(program: &Path, argument: Option<&OsStr>) -> String {
    let program = in_shell(&super::need::in_bundle(program));
    match argument.map(OsStr::to_string_lossy) {
        Some(argument) => format!("{program} {}", in_shell(&argument)),
        None => program,
    }
}

fn contains_name(line: &[u8], name: &str) -> bool {
    memchr::memmem::find(line, &name.as_bytes()[..4]).is_some()
}

fn unserved(text: &[u8]) -> Vec<PathBuf> {
    mentions(text).into_iter().map(|it| it.path).collect()
}

/// The program that a first line names; with env(1), the one that it searches for, and no more than a name of it.
pub(super) fn interpreter(line: &Line) -> (PathBuf, Line) {
    let path = PathBuf::from(&line.interpreter);
    let is_env = path.file_name() == Some(OsStr::new("env"));
    let argument = line.argument.as_deref().and_then(OsStr::to_str);
    let Some(argument) = argument.filter(|_| is_env) else {
        return (path, line.clone());
    };
    let words = argument.strip_prefix("-S").unwrap_or(argument);
    let mut words = words.split_ascii_whitespace();
    let is_variable = |it: &&str| it.contains('=') || it.starts_with('-');
    match words.next().filter(|it| !is_variable(it)) {
        Some(name) => {
            let rest: Vec<_> = words.collect();
            let argument = (!rest.is_empty()).then(|| OsString::from(rest.join(" ")));
            let line = Line {
                interpreter: name.into(),
                argument,
            };
            (PathBuf::from(name), line)
        }
        None => (path, line.clone()),
    }
}

#[cfg(test)]
mod tests;
