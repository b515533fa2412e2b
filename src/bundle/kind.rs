//! What kind of file a file is, for a bundle.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use goblin::elf::dynamic::DF_1_PIE;
use goblin::elf::header::{ET_DYN, ET_EXEC};

use crate::elf::{Dynamic, Image};

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A program that names a loader.
    Program {
        /// The loader.
        loader: PathBuf,
    },
    /// A program without a loader: linked statically.
    Static,
    /// A library, or a module that programs load.
    Library,
    /// A text that names its interpreter in its first line.
    Script {
        /// The interpreter.
        interpreter: PathBuf,
        /// The argument that the first line gives to it.
        argument: Option<OsString>,
    },
    /// Anything else.
    Data,
}

impl Kind {
    /// The kind of a file with these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if let Some(line) = bytes.strip_prefix(b"#!") {
            return script(line);
        }
        let Ok(image) = Image::parse(bytes) else {
            return Self::Data;
        };
        let kind = image.identity.elf_type;
        if ![ET_EXEC, ET_DYN].contains(&kind) {
            return Self::Data;
        }
        let dynamic = Dynamic::of(&image);
        let is_pie = dynamic
            .as_ref()
            .is_some_and(|it| it.flags_1 & DF_1_PIE != 0);
        let is_library = kind == ET_DYN && dynamic.is_some_and(|it| !is_pie && it.soname.is_some());
        match image.interpreter() {
            // Some libraries can be executed, to print their version.
            _ if is_library => Self::Library,
            Some(loader) => Self::Program {
                loader: loader.into(),
            },
            None if kind == ET_EXEC || is_pie => Self::Static,
            None => Self::Library,
        }
    }
}

/// As `load_script` of the kernel's fs/binfmt_script.c reads it.
fn script(line: &[u8]) -> Kind {
    let end = memchr::memchr(b'\n', line).unwrap_or(line.len());
    let line = line[..end].trim_ascii();
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let end = line.iter().position(blank).unwrap_or(line.len());
    let (interpreter, argument) = line.split_at(end);
    if !interpreter.starts_with(b"/") {
        return Kind::Data;
    }
    let argument = argument.trim_ascii();
    Kind::Script {
        interpreter: OsStr::from_bytes(interpreter).into(),
        argument: (!argument.is_empty()).then(|| OsString::from_vec(argument.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_known_by_its_first_line() {
        let script = |interpreter: &str, argument: Option<&str>| Kind::Script {
            interpreter: interpreter.into(),
            argument: argument.map(OsString::from),
        };
        assert_eq!(Kind::of(b"#!/bin/sh\necho"), script("/bin/sh", None));
        assert_eq!(
            Kind::of(b"#! /usr/bin/env  python3 -I \n"),
            script("/usr/bin/env", Some("python3 -I"))
        );
        for other in ["#!", "#!relative\n", "text", ""] {
            assert_eq!(Kind::of(other.as_bytes()), Kind::Data, "{other}");
        }
    }

    #[test]
    fn this_test_is_a_program() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(matches!(Kind::of(&bytes), Kind::Program { .. }));
    }
}
