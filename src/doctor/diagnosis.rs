//! What error messages mean: each line of a log is read ([`log`]), and looked for in the table ([`table`]).

mod errors;
mod holes;
mod joined;
mod log;
mod names;
mod openings;
mod pattern;
mod table;

use std::collections::HashSet;
use std::sync::LazyLock;

use super::messages::{Certainty, Trap};
use crate::printable;
use table::{Meaning, Table};

/// Made once: it takes a millisecond, or a second without optimization.
static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// The longest text of which lines are joined, in bytes: a message, and no log.
const LONGEST_TO_JOIN: usize = 1 << 14;

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
                Some((_, value)) => advice.push_str(&printable::shell_word(value)),
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
    let mut diagnoses = Diagnoses::default();
    for line in candidates(text) {
        diagnoses.read(line);
    }
    if diagnoses.says_little() && text.len() <= LONGEST_TO_JOIN {
        joined::read(text, &mut |line| diagnoses.read(line));
    }
    diagnoses.sorted_out()
}

/// The lines that have an anchor of a pattern: one search finds them all.
fn candidates(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        let hit = TABLE.next(text, from)?;
        let start = memchr::memrchr(b'\n', &bytes[from..hit]).map_or(from, |it| from + it + 1);
        let end = memchr::memchr(b'\n', &bytes[hit..]).map_or(text.len(), |it| hit + it);
        from = (end + 1).min(text.len());
        Some(&text[start..end])
    })
}

/// What was found.
#[derive(Default)]
struct Diagnoses {
    all: Vec<Diagnosis>,
    /// The kinds of messages in `all`.
    codes: HashSet<&'static str>,
    /// Those of `all` by code and names.
    seen: HashSet<(&'static str, Vec<(String, String)>)>,
}

impl Diagnoses {
    /// Without those that say too little beside others, and without names that were only tried: whoever opens a library by a name
    /// tries others that are made of it.
    fn sorted_out(mut self) -> Vec<Diagnosis> {
        if self.all.iter().any(|it| !it.trap.is_last_resort) {
            self.all.retain(|it| !it.trap.is_last_resort);
        }
        let library = |it: &Diagnosis| -> Option<String> {
            let name = it.names.iter().find(|it| it.0 == "library")?;
            Some(stem(&name.1).to_owned())
        };
        let opened: Vec<_> = { self.all.iter() }
            .filter(|it| it.trap.code == "opened-library")
            .filter_map(library)
            .collect();
        self.all.retain(|it| {
            it.trap.code != "missing-library" || library(it).is_none_or(|it| !opened.contains(&it))
        });
        // What the loader itself names comes before what it was for.
        self.all.sort_by_key(|it| it.trap.code == "opened-library");
        self.all
    }

    /// Whether nothing was understood that says what to do.
    fn says_little(&self) -> bool {
        self.all.iter().all(|it| it.trap.is_last_resort)
    }

    /// Reads a line. Says whether it was understood.
    fn read(&mut self, line: &str) -> bool {
        let mut is_understood = false;
        log::read(line, &|it| TABLE.holds(it), &mut |line| {
            let meaning = TABLE.explain(line);
            let is_known = meaning.is_some();
            is_understood |= meaning.as_ref().is_some_and(|it| !it.trap.is_last_resort);
            if let Some(meaning) = meaning {
                self.add(line, meaning);
            }
            is_known
        });
        is_understood
    }

    fn add(&mut self, line: &str, meaning: Meaning) {
        let names: Vec<_> = { meaning.names.into_iter() }
            .map(|(name, value)| (name.to_owned(), printable::line(&value)))
            .collect();
        let code = meaning.trap.code;
        // One without names says no more than the ones before.
        if names.is_empty() && self.codes.contains(code) || !self.seen.insert((code, names.clone()))
        {
            return;
        }
        self.codes.insert(code);
        self.all.push(Diagnosis {
            trap: meaning.trap,
            certainty: meaning.certainty,
            line: printable::line(&shown(line, meaning.at)),
            names,
        });
    }
}

/// What the names of one library have in common: `X11` of `/x/liblibX11.so.6.so`.
fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    let file = file.split(".so").next().unwrap_or(file);
    file.trim_start_matches("lib")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_log_only_lines_with_an_anchor_are_looked_at() {
        let ordinary = "[12/345] Linking libfoo.so.1 with -lbar: warning: unused variable, required by ./x, done\n".repeat(1000);
        let message = "x: libz.so.1: cannot open shared object file";
        let log = format!("{ordinary}{message}\n{ordinary}{message}");
        let lines: Vec<_> = candidates(&log).collect();
        assert_eq!(lines, [message, message]);
        assert_eq!(diagnose(&log).len(), 1);
    }

    #[test]
    fn a_message_without_names_adds_nothing_to_one_with_names() {
        let names =
            |log: &str| -> Vec<_> { diagnose(log).into_iter().map(|it| it.names).collect() };
        let program = |it: &str| vec![("program".to_owned(), it.to_owned())];
        let named = "sudo: unable to execute ./a: No such file or directory\n";
        let other = "sudo: unable to execute ./b: No such file or directory\n";
        let nameless = "execvp: No such file or directory\n";
        assert_eq!(
            names(&[named, nameless, other, named].concat()),
            [program("./a"), program("./b")]
        );
        assert_eq!(
            names(&[nameless, nameless, named].concat()),
            [vec![], program("./a")]
        );
    }
}
