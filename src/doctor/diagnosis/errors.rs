//! The kernel's errors when a program is started, in the words in which others pass them on.

/// Why the kernel did not execute a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Error {
    /// ENOENT: the program is not there, or what it asks to be started by.
    NotFound,
    /// EACCES: it may not be executed, or what it asks to be started by.
    Denied,
    /// ENOEXEC: it is nothing that this kernel executes.
    Format,
    /// ELIBBAD: what is at the loader's path is no loader.
    BadLoader,
}

/// The words: those of strerror(3) in C libraries, in Go, and the constants' names.
const TEXTS: &[(&str, Error)] = &[
    ("No such file or directory", Error::NotFound),
    ("no such file or directory", Error::NotFound),
    ("ENOENT", Error::NotFound),
    ("Permission denied", Error::Denied),
    ("permission denied", Error::Denied),
    ("EACCES", Error::Denied),
    ("Exec format error", Error::Format),
    ("exec format error", Error::Format),
    ("ENOEXEC", Error::Format),
    ("Accessing a corrupted shared library", Error::BadLoader),
    ("accessing a corrupted shared library", Error::BadLoader),
    ("ELIBBAD", Error::BadLoader),
];

/// All words for errors.
pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|it| it.0)
}

/// The error that `text` begins with, and how long its words are.
pub(super) fn at(text: &str) -> Option<(Error, usize)> {
    let known = TEXTS.iter().find(|it| text.starts_with(it.0))?;
    Some((known.1, known.0.len()))
}

/// The error that `text` ends with, and how long its words are.
pub(super) fn at_end(text: &str) -> Option<(Error, usize)> {
    let known = TEXTS.iter().find(|it| text.ends_with(it.0))?;
    Some((known.1, known.0.len()))
}
