//! Scripts: which program the kernel starts in their place.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// How much of a script the kernel reads: `BINPRM_BUF_SIZE` in Linux's `include/uapi/linux/binfmts.h`.
const LONGEST_LINE: usize = 256;

/// The first line.
pub(super) struct Line {
    pub(super) interpreter: OsString,
    argument: Option<OsString>,
}

/// A program that takes part in running a script.
pub(super) struct Part {
    /// As the script names it.
    pub(super) name: OsString,
    /// Where it is.
    pub(super) path: Option<PathBuf>,
}

impl Line {
    /// Reads `#!`, an interpreter, and what follows as one argument: `load_script` in Linux's
    /// `fs/binfmt_script.c`.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let line = bytes[..bytes.len().min(LONGEST_LINE)].strip_prefix(b"#!")?;
        let line = line.split(|&byte| byte == b'\n').next()?.trim_ascii();
        let end = line.iter().position(|byte| b" \t\0".contains(byte));
        let (interpreter, rest) = line.split_at(end.unwrap_or(line.len()));
        let argument = rest.trim_ascii();
        let owned = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
        (!interpreter.is_empty()).then(|| Self {
            interpreter: owned(interpreter),
            argument: (!argument.is_empty()).then(|| owned(argument)),
        })
    }

    /// The interpreter; and if that is `env`, the program that it starts.
    pub(super) fn program(&self, path: Option<&OsStr>) -> Vec<Part> {
        let interpreter = Path::new(&self.interpreter);
        let mut parts = vec![Part {
            name: self.interpreter.clone(),
            path: interpreter.is_file().then(|| interpreter.to_owned()),
        }];
        if interpreter.file_name() == Some(OsStr::new("env")) {
            parts.extend(self.started_by_env().map(|name| Part {
                path: find(&name, path),
                name,
            }));
        }
        parts
    }

    /// Passes over flags and assignments of `env`.
    fn started_by_env(&self) -> Option<OsString> {
        let words = self
            .argument
            .as_ref()?
            .as_bytes()
            .split(u8::is_ascii_whitespace);
        let mut names =
            words.filter(|it| !it.is_empty() && !it.starts_with(b"-") && !it.contains(&b'='));
        names.next().map(|it| OsStr::from_bytes(it).to_owned())
    }
}

/// The program of this name, searched for in PATH if it has no slash.
pub(super) fn find(name: &OsStr, path: Option<&OsStr>) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(name)).filter(|it| it.is_file());
    }
    let folders = std::env::split_paths(path.unwrap_or(OsStr::new("/bin:/usr/bin")));
    folders
        .map(|folder| folder.join(name))
        .find(|it| it.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_the_interpreter_and_the_rest_one_argument() {
        let line = Line::parse(b"#! /bin/a  -b c \nd").unwrap();
        assert_eq!(line.interpreter, "/bin/a");
        assert_eq!(line.argument.unwrap(), "-b c");
        assert!(Line::parse(b"#!\n/bin/sh").is_none());
        assert!(Line::parse(b"/bin/sh").is_none());
    }

    #[test]
    fn env_starts_another_program() {
        let named = |text: &str| {
            let line = Line::parse(text.as_bytes()).unwrap();
            let parts = line.program(Some(OsStr::new("/nonexistent")));
            parts.into_iter().map(|it| it.name).collect::<Vec<_>>()
        };
        assert_eq!(
            named("#!/usr/bin/env -S A=1 node --x"),
            ["/usr/bin/env", "node"]
        );
        assert_eq!(named("#!/bin/sh -e"), ["/bin/sh"]);
    }
}
