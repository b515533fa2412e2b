//! What error messages mean: each line of a log is read ([`log`]), and looked for in the table ([`table`]).

mod errors;
mod holes;
mod log;
mod names;
mod openings;
mod pattern;
mod table;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::LazyLock;

use super::messages::{Certainty, Trap};
use crate::printable;
use table::{Meaning, Table};

/// Made once: it takes a millisecond, or a second without optimization.
static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// The most of a line that is shown, in bytes.
const MOST_SHOWN: usize = 400;

/// A message that is known.
#[derive(Debug)]
pub struct Diagnosis {
    /// What it is about.
    pub trap: &'static Trap,
    /// Whether it is known who speaks and of what, or only likely.
    pub certainty: Certainty,
    /// The line; of a long one what stands around the message.
    pub line: String,
    /// What the message names, by what it is: `library`, `version`, `program` and so on.
    pub names: Vec<(String, String)>,
}

impl Diagnosis {
    /// What to do, with the names of the message, each as one word of a shell.
    #[must_use]
    pub fn advice(&self) -> String {
        let mut advice = String::new();
        let mut rest = self.trap.advice;
        while let Some((text, (name, after))) = rest
            .split_once('{')
            .and_then(|(text, hole)| Some((text, hole.split_once('}')?)))
        {
            advice.push_str(text);
            match self.names.iter().find(|it| it.0 == name) {
                Some((_, value)) => advice.push_str(&printable::shell_word(Path::new(value))),
                // Where a message has no name, one in capitals stands for it: `ldshim locate LIBRARY`.
                None => advice.push_str(&name.to_uppercase()),
            }
            rest = after;
        }
        advice + rest
    }
}

/// Finds the known messages in a text, in its order. The same message about the same things is told once.
#[must_use]
pub fn diagnose(text: &str) -> Vec<Diagnosis> {
    let table = &*TABLE;
    let mut findings = Findings::default();
    let mut from = 0;
    while let Some(hit) = table.next(text, from) {
        let bytes = text.as_bytes();
        let start = memchr::memrchr(b'\n', &bytes[from..hit]).map_or(from, |it| from + it + 1);
        let end = memchr::memchr(b'\n', &bytes[hit..]).map_or(text.len(), |it| hit + it);
        let line = &text[start..end];
        if findings.lines.insert(line) {
            log::read(line, &|it| table.holds(it), &mut |line| {
                let meaning = table.explain(line);
                let is_known = meaning.is_some();
                if let Some(meaning) = meaning {
                    findings.diagnoses.add(line, meaning);
                }
                is_known
            });
        }
        from = (end + 1).min(text.len());
    }
    findings.diagnoses.all
}

/// What was found, and the lines in which it was looked for.
#[derive(Default)]
struct Findings<'t> {
    lines: HashSet<&'t str>,
    diagnoses: Diagnoses,
}

#[derive(Default)]
struct Diagnoses {
    all: Vec<Diagnosis>,
    /// Where in `all` each kind of message is.
    by_code: HashMap<&'static str, Vec<usize>>,
    /// Those of `all` by code and names.
    seen: HashSet<(&'static str, Vec<(String, String)>)>,
}

impl Diagnoses {
    fn add(&mut self, line: &str, meaning: Meaning) {
        let names: Vec<_> = { meaning.names.into_iter() }
            .map(|(name, value)| (name.to_owned(), printable::line(&value)))
            .collect();
        let code = meaning.trap.code;
        let same = self.by_code.entry(code).or_default();
        if names.is_empty() && !same.is_empty() || !self.seen.insert((code, names.clone())) {
            return;
        }
        // Messages of several lines name their object in one of them.
        let first = same.first().map(|it| &mut self.all[*it]);
        if let Some(nameless) = first.filter(|it| it.names.is_empty()) {
            nameless.names = names;
            return;
        }
        same.push(self.all.len());
        self.all.push(Diagnosis {
            trap: meaning.trap,
            certainty: meaning.certainty,
            line: printable::line(&shown(line, meaning.at)),
            names,
        });
    }
}

/// A line, or what stands around its message.
fn shown(line: &str, at: usize) -> String {
    if line.len() <= MOST_SHOWN {
        return line.to_owned();
    }
    let letters = |from: usize, to: usize| (from..=to).find(|it| line.is_char_boundary(*it));
    let from = at.saturating_sub(MOST_SHOWN / 2);
    let start = letters(from, at).unwrap_or(at);
    let to = (start + MOST_SHOWN).min(line.len());
    let end = letters(to, line.len()).unwrap_or(line.len());
    let before = if start > 0 { "…" } else { "" };
    let after = if end < line.len() { "…" } else { "" };
    format!("{before}{}{after}", &line[start..end])
}
