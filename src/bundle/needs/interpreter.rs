//! What a script's first line names, and whether that goes along.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::exec::Line;
use crate::nix::STORE;

/// The shell that every system has.
pub(super) const SH: &str = "/bin/sh";

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

/// The interpreter, if it goes along. That of a script which was asked for does wherever it is from, but for `/bin/sh`, which
/// every system has. Others are left to the host unless they are from the store.
pub(super) fn found(program: &Path, is_asked_for: bool) -> Option<PathBuf> {
    if program.starts_with(STORE) {
        return program.exists().then(|| program.to_owned());
    }
    if !is_asked_for || program == Path::new(SH) {
        return None;
    }
    if program.is_absolute() {
        return program.exists().then(|| program.to_owned());
    }
    in_path(program)
}

/// The first file with this name in the folders of PATH.
pub(super) fn in_path(name: &Path) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut programs = env::split_paths(&path).map(|it| it.join(name));
    programs.find(|it| it.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn env_is_looked_through() {
        let parsed = |text: &str| {
            let (path, line) = interpreter(&Line::of(text.as_bytes()).unwrap());
            (path, line.argument)
        };
        assert_eq!(parsed("#!/usr/bin/env python3\n"), ("python3".into(), None));
        let expected = ("bash".into(), Some("-e -u".into()));
        assert_eq!(parsed("#!/usr/bin/env -S bash -e  -u\n"), expected);
        let expected = ("/bin/sh".into(), Some("-e".into()));
        assert_eq!(parsed("#!/bin/sh -e\n"), expected);
        // What changes the environment stays with env.
        let expected = ("/usr/bin/env".into(), Some("-S A=b c".into()));
        assert_eq!(parsed("#!/usr/bin/env -S A=b c\n"), expected);
    }
}
