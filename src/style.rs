//! How reports for people look: the same colours and words in all commands. Colours are in the texts; whoever prints them takes
//! them out where it is no terminal that they are for.

use anstyle::{AnsiColor, Style};

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
