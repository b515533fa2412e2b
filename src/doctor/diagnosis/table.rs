//! All patterns, with one search for all their anchors.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};

use super::errors::Error;
use super::names::is_path;
use super::pattern::{Match, Pattern};
use crate::doctor::messages::{ASKERS, Certainty, Speaker, Trap, speakers, traps};

/// How many anchors of one line are looked at.
const MOST_ANCHORS: usize = 64;

/// The patterns, in the order in which they count.
pub(super) struct Table {
    rows: Vec<(Pattern, Of)>,
    /// For each anchor the rows that have it.
    rows_of: Vec<Vec<usize>>,
    search: AhoCorasick,
}

/// What a pattern belongs to.
enum Of {
    Trap(&'static Trap),
    Speaker(&'static Speaker),
}

/// What a line says.
pub(super) struct Meaning {
    pub(super) trap: &'static Trap,
    pub(super) certainty: Certainty,
    pub(super) names: Vec<(&'static str, String)>,
    /// Where its anchor is in the line, in bytes.
    pub(super) at: usize,
}

impl Table {
    /// Takes all patterns apart.
    pub(super) fn new() -> Self {
        let of_traps = |is_last_resort: bool| {
            let traps = traps().filter(move |it| it.is_last_resort == is_last_resort);
            traps.flat_map(|it| it.patterns.iter().map(move |text| (*text, Of::Trap(it))))
        };
        let of_speakers = speakers().flat_map(|it| {
            let patterns = it.patterns.iter();
            patterns.map(move |text| (*text, Of::Speaker(it)))
        });
        let rows: Vec<_> = { of_traps(false).chain(of_speakers).chain(of_traps(true)) }
            .map(|(text, of)| (Pattern::new(text), of))
            .collect();
        let mut anchors: Vec<&str> = Vec::new();
        let mut rows_of: Vec<Vec<usize>> = Vec::new();
        for (row, (pattern, _)) in rows.iter().enumerate() {
            for anchor in pattern.anchors() {
                match anchors.iter().position(|it| *it == anchor) {
                    Some(number) => rows_of[number].push(row),
                    None => {
                        anchors.push(anchor);
                        rows_of.push(vec![row]);
                    }
                }
            }
        }
        let search = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .build(&anchors)
            .expect("a few hundred short texts are within the limits of the search");
        Self {
            rows,
            rows_of,
            search,
        }
    }

    /// Where the next anchor ends, from `from` on.
    pub(super) fn next(&self, text: &str, from: usize) -> Option<usize> {
        self.search
            .find(Input::new(text).range(from..))
            .map(|it| it.end())
    }

    /// Whether a text has an anchor.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.search.is_match(text)
    }

    /// What a line says: the first row of the table that fits.
    pub(super) fn explain(&self, line: &str) -> Option<Meaning> {
        let mut best: Option<(usize, Meaning)> = None;
        for hit in self.search.find_overlapping_iter(line).take(MOST_ANCHORS) {
            for &row in &self.rows_of[hit.pattern().as_usize()] {
                if best.as_ref().is_some_and(|it| it.0 <= row) {
                    break;
                }
                let (pattern, of) = &self.rows[row];
                let meaning = pattern
                    .matches(line, hit.start())
                    .and_then(|it| of.meaning(it, hit.start()));
                if let Some(meaning) = meaning {
                    best = Some((row, meaning));
                    break;
                }
            }
        }
        best.map(|it| it.1)
    }
}

impl Of {
    fn meaning(&self, found: Match, at: usize) -> Option<Meaning> {
        let (trap, certainty) = match self {
            Of::Trap(trap) => (*trap, trap.certainty),
            Of::Speaker(speaker) => {
                let program = found.names.iter().find(|it| it.0 == "program");
                let error = found.error.unwrap_or(Error::NotFound);
                let trap = trap_of(error, program.map(|it| it.1.as_str()))?;
                // Nothing but a start ends with ENOEXEC or ELIBBAD.
                let certainty = match error {
                    Error::Format | Error::BadLoader => Certainty::Sure,
                    _ => speaker.certainty,
                };
                (trap, certainty.max(trap.certainty))
            }
        };
        Some(Meaning {
            trap,
            certainty,
            names: found.names,
            at,
        })
    }
}

/// What a kernel's error means for a program of this name.
fn trap_of(error: Error, program: Option<&str>) -> Option<&'static Trap> {
    let file = program.map(|it| it.rsplit('/').next().unwrap_or(it));
    let asker = ASKERS.iter().find(|it| Some(it.0) == file);
    let code = match (error, program) {
        (Error::NotFound, _) if asker.is_some() => asker?.1,
        (Error::NotFound, Some(name)) if !is_path(name) => "not-in-path",
        (Error::NotFound, _) => "no-such-file",
        (Error::Denied, _) => "permission",
        (Error::Format, _) => "exec-format",
        (Error::BadLoader, _) => "corrupted-interpreter",
    };
    traps().find(|it| it.code == code)
}
