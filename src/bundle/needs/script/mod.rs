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

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::super::{ROOT, Setting, place};
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
    let name = interpreter.canonicalize();
    let name = name.as_deref().unwrap_or(interpreter).file_name();
    let name = name.and_then(OsStr::to_str).unwrap_or_default();
    let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |it| it + 1);
    let place = place(path);
    let script = Script {
        start: format!("#!/bin/sh\n{}", find_bundle(&place)),
        place,
        line: &bytes[..end],
        body: &bytes[end..],
        interpreter,
        argument: line.argument.as_deref(),
    };
    match name {
        "bash" => script.of_bash(),
        _ if name.starts_with("perl") => script.behind_its_line("perl"),
        _ if name.starts_with("ruby") => script.behind_its_line("ruby"),
        _ if name.starts_with("python") && python::may_follow_a_string(script.body) => {
            script.of_python()
        }
        _ => script.beside(name.starts_with("python")),
    }
}

/// A script that becomes one of a bundle.
struct Script<'s> {
    place: PathBuf,
    /// What it begins with in the bundle.
    start: String,
    /// Its own first line.
    line: &'s [u8],
    /// What follows.
    body: &'s [u8],
    interpreter: &'s Path,
    argument: Option<&'s OsStr>,
}

impl Script<'_> {
    /// bash reads the file again, and goes on where it finds itself.
    fn of_bash(&self) -> Bundled {
        let shell::Rewritten {
            text,
            named,
            unserved,
        } = shell::rewritten(self.body);
        let own = in_shell(&format!("/{}", place(self.interpreter).display()));
        let call = call(self.interpreter, self.argument);
        let start = format!(
            "{}; case ${{BASH-}} in *{own}) ;; *) exec {call} \"$0\" \"$@\" ;; esac\n",
            self.start
        );
        Bundled {
            text: [start.as_bytes(), &text].concat(),
            other: None,
            named,
            unserved,
        }
    }

    /// The interpreter passes over all that is before a line with `#!` and its name, and reads its options there.
    fn behind_its_line(&self, name: &str) -> Bundled {
        let call = call(self.interpreter, None);
        let start = format!("{}; exec {call} -x \"$0\" \"$@\"\n", self.start);
        let line = match memchr::memmem::find(self.line, name.as_bytes()) {
            Some(_) => self.line.to_vec(),
            None => format!("#!{name}\n").into_bytes(),
        };
        Bundled {
            text: [start.as_bytes(), &line, self.body].concat(),
            other: None,
            named: Vec::new(),
            unserved: unserved(self.body),
        }
    }

    /// sh reads the command `:` where Python reads a string, which ends on the next line.
    fn of_python(&self) -> Bundled {
        let (body, named, unserved) = python::rewritten(&self.place, self.body);
        let call = call(self.interpreter, self.argument);
        let find = find_bundle(&self.place);
        let start =
            format!("#!/bin/sh\n''':'; {find}; exec {call} \"$0\" \"$@\"\n' '''; __doc__ = None\n");
        Bundled {
            text: [start.as_bytes(), &python::with_own_docstring(&body)].concat(),
            other: None,
            named,
            unserved,
        }
    }

    /// The text is in a folder beside the script.
    fn beside(&self, is_python: bool) -> Bundled {
        let folder = self.place.parent().unwrap_or(Path::new("")).join(FOLDER);
        let other = folder.join(self.place.file_name().unwrap_or_default());
        let script = in_shell(&format!("{ROOT}/{}", other.display()));
        let call = call(self.interpreter, self.argument);
        let text = format!("{}; exec {call} {script} \"$@\"\n", self.start);
        let whole = [self.line, self.body].concat();
        let (body, named, unserved) = match is_python {
            true => python::rewritten(&other, &whole),
            false => (whole, Vec::new(), unserved(self.body)),
        };
        Bundled {
            text: text.into_bytes(),
            other: Some((other, body)),
            named,
            unserved,
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

fn unserved(text: &[u8]) -> Vec<PathBuf> {
    mentions(text).into_iter().map(|it| it.path).collect()
}

#[cfg(test)]
mod tests;
