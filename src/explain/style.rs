//! How reports for people look.

use anstyle::{AnsiColor, Style};

pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const QUIET: Style = Style::new().dimmed();
pub(super) const NAME: Style = Style::new().bold();

/// The names in a branch are at least this wide, so that the paths stand below each other.
pub(super) const NAME_WIDTH: usize = 28;
