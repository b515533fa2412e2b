//! Error messages of foreign programs on NixOS: what they mean, and what to do.
//!
//! The table is data, one file per source of messages. A row matches only if it is known who speaks: the text is one that nobody
//! else says, or it begins as the speaker's messages do. `threads` are public reports of a message.

mod askers;
mod closed_places;
mod damaged;
mod libraries;
mod limits;
mod opened;
mod packaging;
mod programs;
mod speakers;
mod starting;
mod stubs;
mod usage;
mod versions;

/// How much a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Only one thing is meant.
    Sure,
    /// It may be about something else: files that are opened have the same words.
    Likely,
}

/// A known message.
#[derive(Debug)]
pub struct Trap {
    /// A word for it that stays the same, for programs to read.
    pub code: &'static str,
    /// Whether this is what it means.
    pub certainty: Certainty,
    /// How to know it: texts with holes, as `diagnosis/pattern.rs` describes. None if only speakers lead to it.
    pub patterns: &'static [&'static str],
    /// Why it appears.
    pub cause: &'static str,
    /// What to do; names in braces are those of the patterns.
    pub advice: &'static str,
    /// Where it was reported: `owner/repository#number`.
    pub threads: &'static [&'static str],
    /// Whether it says so little that it only counts where nothing else is understood.
    pub is_last_resort: bool,
}

impl Trap {
    /// One that means only one thing. It is what the rows of the table are filled up with.
    const SURE: Self = Self {
        code: "",
        certainty: Certainty::Sure,
        patterns: &[],
        cause: "",
        advice: "",
        threads: &[],
        is_last_resort: false,
    };

    /// One that may mean something else.
    const LIKELY: Self = Self {
        certainty: Certainty::Likely,
        ..Self::SURE
    };
}

/// Somebody who starts programs, and passes on why the kernel did not: what `{error}` in the patterns says decides which trap
/// it is. A pattern without `{error}` says that the program was not found.
#[derive(Debug)]
pub struct Speaker {
    /// Who it is.
    pub name: &'static str,
    /// Whether the messages are about starting programs and nothing else.
    pub certainty: Certainty,
    /// How the messages are worded; `{program}` is the one that did not start.
    pub patterns: &'static [&'static str],
}

pub(super) use askers::ASKERS;

/// All of them, in the order in which they are tried on a line: the special before the general.
pub fn traps() -> impl Iterator<Item = &'static Trap> {
    [
        stubs::TRAPS,
        askers::TRAPS,
        packaging::TRAPS,
        programs::TRAPS,
        versions::TRAPS,
        closed_places::TRAPS,
        damaged::TRAPS,
        limits::TRAPS,
        usage::TRAPS,
        opened::TRAPS,
        libraries::TRAPS,
        starting::TRAPS,
    ]
    .into_iter()
    .flatten()
}

/// All who start programs. They come after the traps.
pub fn speakers() -> impl Iterator<Item = &'static Speaker> {
    speakers::SPEAKERS.iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a text has something that can be pasted: a command, an option of NixOS or systemd, or a variable with its value.
    fn has_step(text: &str) -> bool {
        let options = ["programs.", "services.", "hardware.", "boot."];
        let is_setting = |word: &str| {
            let name = word.trim_start_matches(['(', '`']).split_once('=');
            let name = name.map_or("", |it| it.0);
            name.len() > 2 && name.chars().all(|it| it.is_ascii_alphabetic() || it == '_')
        };
        text.contains('`')
            || options.iter().any(|it| text.contains(it))
            || text.split_whitespace().any(is_setting)
    }

    #[test]
    fn every_advice_has_something_that_can_be_pasted() {
        let without = traps().filter(|it| !has_step(it.advice));
        let without: Vec<_> = without.map(|it| (it.code, it.advice)).collect();
        assert!(without.is_empty(), "{without:#?}");
        // Negative controls.
        for text in ["", "Unset it.", "Get another one (of 4 KiB = 4096 bytes)."] {
            assert!(!has_step(text), "{text}");
        }
    }
}
