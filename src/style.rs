//! How reports for people look: the same colours, words and columns in all commands. Colours are in the texts; whoever prints them
//! takes them out where it is no terminal that they are for.
//!
//! A report says first whether all is well, in words of its own, such as "would start". Then come lines, each with a [`Mark`]: what
//! is wrong, what to do about it. Detail is last.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::printable;

/// What is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What may be wrong.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
/// What is as it should be.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Detail.
pub(crate) const QUIET: Style = Style::new().dimmed();
/// What a part of a report is about.
pub(crate) const NAME: Style = Style::new().bold();

/// The names in a list are at least this wide, in columns, so that the paths stand below each other.
pub(crate) const NAME_WIDTH: usize = 28;

/// What stands before a line that says more of the line above, which has a mark.
pub(crate) const INDENT: &str = "           ";

/// What a line of a report is. The word for it is the first column, and the same in all commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Something is as it should be.
    Fine,
    /// Something to know, and nothing to worry about.
    Known,
    /// Something that may be wrong, or works by luck.
    Doubtful,
    /// Something that is wrong.
    Wrong,
    /// Why it is so.
    Why,
    /// What to do about what stands above.
    Do,
}

impl Mark {
    /// The word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Known => "info",
            Self::Doubtful => "warning",
            Self::Wrong => "problem",
            Self::Why => "why",
            Self::Do => "do",
        }
    }

    /// The colour.
    pub(crate) const fn style(self) -> Style {
        match self {
            Self::Fine => GOOD,
            Self::Known => QUIET,
            Self::Doubtful => DOUBTFUL,
            Self::Wrong => BAD,
            Self::Why | Self::Do => NAME,
        }
    }

    /// A line of a report, with its end, whatever names there are in the text. What has several lines goes on below the first.
    pub(crate) fn line(self, text: &str) -> String {
        let (style, word) = (self.style(), self.word());
        let text = printable::lines(text);
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let mut line = format!("  {style}{word:8}{style:#} {first}\n");
        for more in lines {
            _ = writeln!(line, "{INDENT}{more}");
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;

    const ALL: [Mark; 6] = [
        Mark::Fine,
        Mark::Known,
        Mark::Doubtful,
        Mark::Wrong,
        Mark::Why,
        Mark::Do,
    ];

    #[test]
    fn all_texts_begin_in_the_same_column() {
        for mark in ALL {
            let line = mark.line("text\nmore");
            let plain = strip_str(&line).to_string();
            assert_eq!(plain.find("text"), Some(INDENT.len()), "{plain}");
            assert!(plain.ends_with(&format!("\n{INDENT}more\n")), "{plain}");
            // A gap of two spaces is a column for whoever breaks lines.
            assert!(plain.contains(&format!("{}  ", mark.word())), "{plain}");
        }
    }

    #[test]
    fn each_mark_has_a_word_of_its_own_and_what_is_wrong_a_colour() {
        let words: std::collections::BTreeSet<_> = ALL.iter().map(|it| it.word()).collect();
        assert_eq!(words.len(), ALL.len());
        let colours = [Mark::Fine, Mark::Doubtful, Mark::Wrong].map(|it| it.style().get_fg_color());
        assert!(colours.iter().all(Option::is_some));
        assert!(colours[0] != colours[1] && colours[1] != colours[2]);
    }
}
