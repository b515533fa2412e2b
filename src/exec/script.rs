//! The first line of a script: `load_script` in Linux's `fs/binfmt_script.c`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::refusal::Reason;

/// How much of a file the kernel looks at: `BINPRM_BUF_SIZE` in Linux's `include/uapi/linux/binfmts.h`. It was 128 before
/// Linux 5.1. What a shorter file lacks of it is zeros.
pub(super) const HEAD_SIZE: usize = 256;

/// What a first line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The interpreter.
    pub interpreter: OsString,
    /// All that follows, as one argument.
    pub argument: Option<OsString>,
}

impl Line {
    /// The first line of a file with these bytes, if it is one that names an interpreter.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let mut head = [0; HEAD_SIZE];
        let length = bytes.len().min(HEAD_SIZE);
        head[..length].copy_from_slice(&bytes[..length]);
        Self::parse(&head)?.ok()
    }

    /// Reads the line, if the file begins with `#!`.
    ///
    /// The interpreter is followed by a blank, a zero byte or the line's end, so a name that the kernel has cut off is never
    /// taken for a whole one. An argument may be cut off. A line feed behind a zero byte does not count.
    ///
    /// # Errors
    /// It names no interpreter, or one whose name is too long.
    pub(super) fn parse(head: &[u8; HEAD_SIZE]) -> Option<Result<Self, Reason>> {
        let text = head.strip_prefix(b"#!")?;
        let up_to_zero = &text[..memchr::memchr(0, text).unwrap_or(text.len())];
        let line = match memchr::memchr(b'\n', up_to_zero) {
            Some(end) => trim_end(&text[..end]),
            None => {
                // The last byte is not looked at: the kernel puts a zero there.
                let Some(start) = text.iter().position(|it| !is_blank(*it)) else {
                    return Some(Err(Reason::NoInterpreter));
                };
                if !text[start..].iter().any(|it| is_blank(*it) || *it == 0) {
                    return Some(Err(Reason::LineCut));
                }
                trim_end(&text[..text.len() - 1])
            }
        };
        let Some(start) = line.iter().position(|it| !is_blank(*it)) else {
            return Some(Err(Reason::NoInterpreter));
        };
        let line = &line[start..];
        let end = line.iter().position(|it| is_blank(*it) || *it == 0);
        let (interpreter, rest) = line.split_at(end.unwrap_or(line.len()));
        let argument = rest
            .iter()
            .position(|it| !is_blank(*it))
            .filter(|_| rest[0] != 0);
        let argument = argument.map(|start| {
            let argument = &rest[start..];
            let end = memchr::memchr(0, argument).unwrap_or(argument.len());
            OsString::from_vec(argument[..end].to_vec())
        });
        Some(Ok(Self {
            interpreter: OsString::from_vec(interpreter.to_vec()),
            argument,
        }))
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn trim_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|it| !is_blank(*it));
    &line[..end.map_or(0, |it| it + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8]) -> Option<Result<Line, Reason>> {
        let mut head = [0; HEAD_SIZE];
        let length = text.len().min(HEAD_SIZE);
        head[..length].copy_from_slice(&text[..length]);
        Line::parse(&head)
    }

    fn line(text: &[u8]) -> (String, Option<String>) {
        let line = parse(text).unwrap().unwrap();
        let text = |it: OsString| it.into_string().unwrap();
        (text(line.interpreter), line.argument.map(text))
    }

    #[test]
    fn the_first_word_is_the_interpreter_and_the_rest_one_argument() {
        assert_eq!(
            line(b"#! /bin/a \t -b  c \nd"),
            ("/bin/a".into(), Some("-b  c".into()))
        );
        assert_eq!(line(b"#!/bin/a\r\n"), ("/bin/a\r".into(), None));
        assert_eq!(line(b"#!/bin/a"), ("/bin/a".into(), None));
        assert_eq!(
            line(b"#!/bin/a b\0c\nd"),
            ("/bin/a".into(), Some("b".into()))
        );
        assert_eq!(parse(b"/bin/sh"), None);
        assert_eq!(parse(b"#!\n/bin/sh"), Some(Err(Reason::NoInterpreter)));
        assert_eq!(parse(b"#! \t \n"), Some(Err(Reason::NoInterpreter)));
    }

    #[test]
    fn a_name_that_is_cut_off_is_none_and_an_argument_may_be() {
        let long = |length: usize| [b"#!/".to_vec(), vec![b'x'; length]].concat();
        assert_eq!(parse(&long(300)), Some(Err(Reason::LineCut)));
        assert_eq!(line(&[&long(251)[..], b" "].concat()).0.len(), 252);
        assert_eq!(
            line(&[b"#!/x ", &long(300)[..]].concat()).1.unwrap().len(),
            250
        );
    }
}
