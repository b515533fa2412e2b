//! Patterns of messages: texts with holes.
//!
//! `Failed to execute {program}: {error}` has a hole, which stands for whatever is between the texts, and words for an error of
//! the kernel's ([`super::errors`]). `{program:path}` takes only what is of that kind ([`Kind`]); `{@bash}`, at the beginning
//! only, is how messages of a speaker begin ([`Opening`]); a name that begins with `_` is not told; `{{` is a brace.
//!
//! A pattern is looked for by its *anchor*: its longest text, or the error's words if all its texts are short. What stands
//! before is matched from right to left. Names have no limit but those of a line and of a path's length.

use super::errors::{self, Error};
use super::holes::{Kind, to_the_end};
use super::names::{first_word, unquoted};
use super::openings::Opening;

/// Texts that are shorter than this are no anchors, unless there is nothing better.
const SHORT: usize = 7;
/// How far a name is looked for: PATH_MAX of Linux, in bytes.
const LONGEST: usize = 4096;
/// How many places are tried as the end of one name.
const TRIES: usize = 32;

/// A pattern, taken apart.
#[derive(Debug)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    anchor: usize,
}

#[derive(Debug)]
enum Piece {
    Text(&'static str),
    Hole(&'static str, Kind),
    Error,
    Opening(Opening),
}

/// What a message says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Match {
    /// The names, in the pattern's order but for those that were met by going back.
    pub(super) names: Vec<(&'static str, String)>,
    /// The kernel's error.
    pub(super) error: Option<Error>,
}

impl Pattern {
    /// Takes a pattern of the table apart.
    pub(super) fn new(pattern: &'static str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = pattern;
        while let Some(at) = rest.find('{') {
            if rest[at..].starts_with("{{") {
                pieces.push(Piece::Text(&rest[..=at]));
                rest = &rest[at + 2..];
                continue;
            }
            if at > 0 {
                pieces.push(Piece::Text(&rest[..at]));
            }
            let (hole, after) = rest[at + 1..]
                .split_once('}')
                .unwrap_or((&rest[at + 1..], ""));
            pieces.push(piece(hole));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        let anchor = anchor(&pieces);
        Self { pieces, anchor }
    }

    /// What is to be looked for: one of these is in each message of this pattern.
    pub(super) fn anchors(&self) -> Vec<&'static str> {
        match &self.pieces[self.anchor] {
            Piece::Text(text) => vec![text],
            _ => errors::texts().collect(),
        }
    }

    /// What a line says that has an anchor at `at`, if it is a message of this pattern.
    pub(super) fn matches(&self, line: &str, at: usize) -> Option<Match> {
        let mut found = Match::default();
        let (before, from) = self.pieces.split_at(self.anchor);
        let is_match =
            backward(before, line, at, &mut found) && forward(from, line, at, &mut found);
        if !is_match {
            return None;
        }
        // Going back has met the names in the other order; the library is the one that matters most.
        found.names.retain(|it| !it.0.starts_with('_'));
        found.names.sort_by_key(|it| it.0 != "library");
        Some(found)
    }
}

fn piece(hole: &'static str) -> Piece {
    if hole == "error" {
        return Piece::Error;
    }
    if let Some(opening) = hole.strip_prefix('@').and_then(Opening::named) {
        return Piece::Opening(opening);
    }
    let (name, kind) = hole.split_once(':').unwrap_or((hole, ""));
    Piece::Hole(name, Kind::named(kind))
}

/// The longest text, or the error if that is too short.
fn anchor(pieces: &[Piece]) -> usize {
    let length = |it: &Piece| match it {
        Piece::Text(text) => text.len(),
        Piece::Error => SHORT - 1,
        _ => 0,
    };
    let longest = pieces.iter().map(length).max().unwrap_or(0);
    { pieces }
        .iter()
        .position(|it| length(it) == longest)
        .unwrap_or(0)
}

fn forward(pieces: &[Piece], line: &str, at: usize, found: &mut Match) -> bool {
    let Some((piece, rest)) = pieces.split_first() else {
        return ends_number(line, at);
    };
    match piece {
        Piece::Opening(_) => false,
        Piece::Text(text) => {
            line[at..].starts_with(text) && forward(rest, line, at + text.len(), found)
        }
        Piece::Error => {
            let Some((error, length)) = errors::at(&line[at..]) else {
                return false;
            };
            found.error = Some(error);
            forward(rest, line, at + length, found)
        }
        Piece::Hole(name, kind) => {
            let Some(Piece::Text(text)) = rest.first() else {
                let value = to_the_end(*kind, &line[at..]);
                return kind.accepts(value) && found.tell(name, *kind, value);
            };
            let window = &line[at..floor(line, at + LONGEST + text.len())];
            let ends = window.match_indices(text).take(TRIES);
            { ends }.any(|(length, _)| {
                let value = &line[at..at + length];
                if !kind.accepts(value) {
                    return false;
                }
                let told = found.names.len();
                found.tell(name, *kind, value);
                let is_match = forward(rest, line, at + length, found);
                if !is_match {
                    found.names.truncate(told);
                }
                is_match
            })
        }
    }
}

fn backward(pieces: &[Piece], line: &str, end: usize, found: &mut Match) -> bool {
    let Some((piece, before)) = pieces.split_last() else {
        return begins_word(line, end);
    };
    match piece {
        Piece::Error => {
            let Some((error, length)) = errors::at_end(&line[..end]) else {
                return false;
            };
            found.error = Some(error);
            backward(before, line, end - length, found)
        }
        // As far as a name would go is far enough, however long the line is.
        Piece::Opening(opening) => {
            opening.ends(&line[ceiling(line, end.saturating_sub(LONGEST))..end])
        }
        Piece::Text(text) => {
            line[..end].ends_with(text) && backward(before, line, end - text.len(), found)
        }
        Piece::Hole(name, kind) => {
            let start = ceiling(line, end.saturating_sub(LONGEST));
            let window = &line[start..end];
            let separator = match before.last() {
                None => return begins(name, *kind, window, found),
                Some(Piece::Text(text)) => text,
                Some(Piece::Opening(opening)) => opening.separator(),
                Some(_) => return false,
            };
            ends(window, separator).take(TRIES).any(|at| {
                let at = start + at;
                let value = &line[at..end];
                if !kind.accepts(value) {
                    return false;
                }
                let told = found.names.len();
                found.tell(name, *kind, value);
                let is_match = backward(before, line, at, found);
                if !is_match {
                    found.names.truncate(told);
                }
                is_match
            })
        }
    }
}

/// Where a text that is no longer than a few letters ends in another, from the right.
fn ends<'t>(text: &'t str, short: &'t str) -> impl Iterator<Item = usize> {
    let last = short.as_bytes().last().copied().unwrap_or(0);
    let bytes = text.as_bytes();
    let places = memchr::memrchr_iter(last, bytes).map(|it| it + 1);
    places.filter(move |it| bytes[..*it].ends_with(short.as_bytes()))
}

/// A hole at the beginning of the pattern.
fn begins(name: &'static str, kind: Kind, window: &str, found: &mut Match) -> bool {
    let Some((value, program)) = kind.at_end(window) else {
        return false;
    };
    found.tell(name, kind, value);
    if let Some(program) = program {
        found.tell("program", Kind::Any, program);
    }
    true
}

/// Whether no word goes on at this place: `respawn` is no `spawn`.
fn begins_word(line: &str, at: usize) -> bool {
    let is_letter = |it: char| it.is_alphanumeric() || it == '_';
    let after = line[at..].chars().next().is_some_and(char::is_alphanumeric);
    !after || !line[..at].chars().next_back().is_some_and(is_letter)
}

/// Whether no number goes on at this place: 1271 is not 127.
fn ends_number(line: &str, at: usize) -> bool {
    let is_digit = |it: Option<&u8>| it.is_some_and(u8::is_ascii_digit);
    let bytes = line.as_bytes();
    !(is_digit(bytes[..at].last()) && is_digit(bytes.get(at)))
}

impl Match {
    fn tell(&mut self, name: &'static str, kind: Kind, value: &str) -> bool {
        let value = unquoted(value);
        let value = match kind {
            Kind::CommandLine => first_word(&value).to_owned(),
            _ => value,
        };
        self.names.push((name, value));
        true
    }
}

/// The last place up to here at which a letter begins.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|it| text.is_char_boundary(*it))
        .unwrap_or(0)
}

/// The first place from here on at which a letter begins.
fn ceiling(text: &str, at: usize) -> usize {
    (at..text.len())
        .find(|it| text.is_char_boundary(*it))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
