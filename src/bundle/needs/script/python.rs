//! Store paths in Python's texts, as paths of the bundle.
//!
//! A string that begins with a store path becomes an expression that finds the bundle from the file's own path. nixpkgs writes
//! such strings into each program of a Python package: `pkgs/development/interpreters/python/wrap.sh`.

use std::path::{Path, PathBuf};

use memchr::memmem;

use super::super::mentions::{Mention, mentions};
use crate::nix::STORE;

/// Whether a script still means the same behind a string: not if it says something that has to come first. A declaration of
/// UTF-8 says what holds anyway (PEP 3120).
pub(super) fn may_follow_a_string(text: &[u8]) -> bool {
    let mut lines = text.split(|it| *it == b'\n');
    let has_coding = lines
        .next()
        .and_then(|it| memmem::find(it, b"coding").map(|at| it[at..].to_ascii_lowercase()))
        .is_some_and(|it| memmem::find(&it, b"utf-8").is_none());
    !has_coding && memmem::find(text, b"from __future__").is_none()
}

/// The text behind a string, which Python takes for what `__doc__` is: its own first string is made that again.
pub(super) fn with_own_docstring(text: &[u8]) -> Vec<u8> {
    let mut start = 0;
    for line in text.split_inclusive(|it| *it == b'\n') {
        let first = line.trim_ascii_start().first();
        if first.is_some_and(|it| *it != b'#') {
            break;
        }
        start += line.len();
    }
    let (before, first) = text.split_at(start);
    let quoted = first.strip_prefix(b"r").or(first.strip_prefix(b"R"));
    let is_string = matches!(quoted.unwrap_or(first), [b'\'' | b'"', ..]);
    let own = if is_string { &b"__doc__ = "[..] } else { b"" };
    [before, own, first].concat()
}

/// The text of a file with this place in the bundle; the paths that it finds in the bundle, and those that it does not.
pub(in super::super) fn rewritten(
    place: &Path,
    text: &[u8],
) -> (Vec<u8>, Vec<PathBuf>, Vec<PathBuf>) {
    // The length in characters, as Python counts.
    let length = place.to_string_lossy().chars().count() + 1;
    let bundle = format!("__import__('os').path.realpath(__file__)[:-{length}]");
    let (mut new, mut named, mut unserved) = (Vec::new(), Vec::new(), Vec::new());
    let mut done = 0;
    for mention in mentions(text) {
        if is_comment(text, mention.at.start) {
            continue;
        }
        let Some((start, end)) = string(text, &mention).filter(|it| it.0 >= done) else {
            unserved.push(mention.path);
            continue;
        };
        let quote = char::from(text[start]);
        new.extend_from_slice(&text[done..start]);
        new.extend_from_slice(format!("({bundle}+{quote}/store").as_bytes());
        new.extend_from_slice(&text[mention.at.start + STORE.len()..end]);
        new.push(b')');
        done = end;
        named.push(mention.path);
    }
    new.extend_from_slice(&text[done..]);
    (new, named, unserved)
}

/// Where the string begins and ends that begins with this path; `None` if it is none, or one of another kind.
fn string(text: &[u8], mention: &Mention) -> Option<(usize, usize)> {
    let start = mention.at.start.checked_sub(1)?;
    let quote = text[start];
    let before = start.checked_sub(1).map_or(b'\n', |it| text[it]);
    let is_plain = !before.is_ascii_alphanumeric() && before != quote && before != b'_';
    if !matches!(quote, b'\'' | b'"') || !is_plain {
        return None;
    }
    let rest = &text[mention.at.end..];
    let length = rest.iter().position(|it| *it == quote || *it == b'\n')?;
    let inner = &rest[..length];
    let is_end = rest[length] == quote && !inner.contains(&b'\\');
    // Another path in it would be a second folder of the bundle in one string.
    let is_one = memmem::find(inner, STORE.as_bytes()).is_none();
    (is_end && is_one).then_some((start, mention.at.end + length + 1))
}

fn is_comment(text: &[u8], at: usize) -> bool {
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |it| it + 1);
    text[start..at].trim_ascii_start().starts_with(b"#")
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a/lib";

    fn rewrite(text: &str) -> (String, usize) {
        let place = Path::new("store/x/bin/a");
        let (new, _, unserved) = rewritten(place, text.replace('@', A).as_bytes());
        (String::from_utf8(new).unwrap(), unserved.len())
    }

    #[test]
    fn strings_become_expressions() {
        let (new, unserved) = rewrite("x(['@', \"@/b c\"])\n# '@'\n");
        let bundle = "__import__('os').path.realpath(__file__)[:-14]";
        let rest = A.strip_prefix("/nix").unwrap();
        let expected = format!("x([({bundle}+'{rest}'), ({bundle}+\"{rest}/b c\")])\n# '{A}'\n");
        assert_eq!((new, unserved), (expected, 0));
    }

    #[test]
    fn other_strings_stay_and_are_told() {
        for text in ["'''@'''", "b'@'", "f'@'", "'a @'", "'@:@'", "'@\\n'", "@"] {
            let (new, unserved) = rewrite(text);
            assert_eq!(new, text.replace('@', A), "{text}");
            assert!(unserved > 0, "{text}");
        }
    }

    #[test]
    fn a_text_that_says_something_first_follows_no_string() {
        assert!(may_follow_a_string(b"# -*- coding: utf-8 -*-\nimport x\n"));
        assert!(!may_follow_a_string(b"# coding: latin-1\n"));
        assert!(!may_follow_a_string(
            b"from __future__ import annotations\n"
        ));
    }
}
