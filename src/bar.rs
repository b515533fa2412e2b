//! Bars for long work: what is done, how much of it, and how long the rest will take. They are on terminals only.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// For bytes. The bar takes what room the terminal has.
const BYTES: &str = "{prefix} [{wide_bar}] {bytes:>10} of {total_bytes:<10} {eta:>4} left";

/// For things of which each has a name, which is shown.
const THINGS: &str = "{prefix} [{bar:16}] {pos} of {len} {eta:>4} left {wide_msg}";

/// A bar for work on so many bytes; 0 if that is not known yet. `what` is done with them, such as "downloading".
#[must_use]
pub fn of_bytes(what: &'static str, bytes: u64) -> ProgressBar {
    bar(what, bytes, BYTES)
}

/// A bar for work on so many things.
#[must_use]
pub fn of_things(what: &'static str, things: usize) -> ProgressBar {
    bar(what, things as u64, THINGS)
}

fn bar(what: &'static str, length: u64, template: &str) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(length)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_prefix(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_looks_can_be_read() {
        for template in [BYTES, THINGS] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
