//! Rules of binfmt_misc: which programs the kernel gives to an interpreter, an emulator for instance.
//!
//! `check_file` in Linux's `fs/binfmt_misc.c`; its `bm_entry_read` writes what is read here. A rule is described in
//! Linux's Documentation/admin-guide/binfmt-misc.rst.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::script::HEAD_SIZE;

const FOLDER: &str = "/proc/sys/fs/binfmt_misc";

/// A rule that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Who gets the programs.
    pub interpreter: PathBuf,
    /// Whether the interpreter was opened when the rule was made (flag F): nothing need be at its path any more.
    pub is_fixed: bool,
    what: What,
}

/// Which files a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// Those whose names end with this, behind a dot.
    Extension(String),
    /// Those that have `magic` at `offset`, as far as the bits of `mask` go.
    Magic {
        offset: usize,
        magic: Vec<u8>,
        mask: Vec<u8>,
    },
}

impl Rule {
    /// Reads a rule as the kernel shows it; `None` if it is not in force.
    fn parse(name: &str, text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != "enabled" {
            return None;
        }
        let field = |name: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(name))
        };
        let what = match field("extension .") {
            Some(extension) => What::Extension(extension.to_owned()),
            None => {
                let magic = bytes(field("magic ")?)?;
                let mask = field("mask ").and_then(bytes);
                What::Magic {
                    offset: field("offset ")?.parse().ok()?,
                    mask: mask.unwrap_or_else(|| vec![0xff; magic.len()]),
                    magic,
                }
            }
        };
        Some(Self {
            name: name.to_owned(),
            interpreter: field("interpreter ")?.into(),
            is_fixed: field("flags: ").is_some_and(|it| it.contains('F')),
            what,
        })
    }

    /// Whether it is for the file at `path`, which begins so.
    pub(super) fn is_for(&self, path: &Path, head: &[u8; HEAD_SIZE]) -> bool {
        match &self.what {
            What::Extension(extension) => {
                let path = path.as_os_str().as_bytes();
                let dot = memchr::memrchr(b'.', path);
                dot.is_some_and(|at| path[at + 1..] == *extension.as_bytes())
            }
            What::Magic {
                offset,
                magic,
                mask,
            } => {
                let there = head.get(*offset..).and_then(|it| it.get(..magic.len()));
                let mut bytes = there.into_iter().flatten().zip(magic).zip(mask);
                there.is_some() && bytes.all(|((it, magic), mask)| (it ^ magic) & mask == 0)
            }
        }
    }

    /// The bytes that a file has to begin with, if it is known by its beginning.
    #[must_use]
    pub fn beginning(&self) -> Option<&[u8]> {
        match &self.what {
            What::Magic {
                offset: 0, magic, ..
            } => Some(magic),
            _ => None,
        }
    }
}

/// The rules that are in force; none if all are switched off.
#[must_use]
pub fn rules() -> Vec<Rule> {
    let Ok(entries) = fs::read_dir(FOLDER) else {
        return Vec::new();
    };
    let read = |name: &OsStr| fs::read_to_string(Path::new(FOLDER).join(name));
    if read("status".as_ref()).is_ok_and(|it| it == "disabled\n") {
        return Vec::new();
    }
    let rules = entries.flatten().filter_map(|entry| {
        let name = entry.file_name();
        Rule::parse(&name.to_string_lossy(), &read(&name).ok()?)
    });
    rules.collect()
}

/// Bytes written as pairs of hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &[u8]) -> [u8; HEAD_SIZE] {
        let mut head = [0; HEAD_SIZE];
        head[..text.len()].copy_from_slice(text);
        head
    }

    #[test]
    fn a_rule_is_for_files_with_its_magic_or_its_extension() {
        let text =
            "enabled\ninterpreter /run/x\nflags: POCF\noffset 1\nmagic 410042\nmask ff00ff\n";
        let rule = Rule::parse("x", text).unwrap();
        assert!(rule.is_fixed && rule.interpreter == Path::new("/run/x"));
        assert!(rule.is_for(Path::new("p"), &head(b"-A?B")));
        assert!(!rule.is_for(Path::new("p"), &head(b"-A?C")));
        let rule = Rule::parse("x", "enabled\ninterpreter /x\nflags: \nextension .py\n").unwrap();
        assert!(rule.is_for(Path::new("a.b/c.py"), &head(b"")));
        assert!(!rule.is_for(Path::new("a.py/c"), &head(b"")) && !rule.is_fixed);
    }

    #[test]
    fn rules_that_are_off_and_other_files_tell_none() {
        for text in [
            "disabled\ninterpreter /x\nflags: \nextension .py\n",
            "enabled\nmagic 7f45\n",
            "enabled\ninterpreter /x\nflags: \noffset 0\nmagic 4é\n",
            "enabled\n",
            "",
        ] {
            assert_eq!(Rule::parse("x", text), None, "{text}");
        }
    }
}
