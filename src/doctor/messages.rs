//! Error messages of foreign programs on NixOS: what they mean, and what to do.
//!
//! The table is data, one file per source of messages. `threads` are public reports of a message.

mod libraries;
mod programs;
mod starting;
mod stubs;

/// A known message.
#[derive(Debug)]
pub struct Trap {
    /// A word for it that stays the same, for programs to read.
    pub code: &'static str,
    /// How to know it: a text with holes, as `pattern.rs` describes.
    pub patterns: &'static [&'static str],
    /// Why it appears.
    pub cause: &'static str,
    /// What to do; names in braces are those of the patterns.
    pub advice: &'static str,
    /// Where it was reported: `owner/repository#number`.
    pub threads: &'static [&'static str],
}

/// All of them, in the order in which they are tried on a line: the special before the general.
pub fn traps() -> impl Iterator<Item = &'static Trap> {
    [
        stubs::TRAPS,
        programs::TRAPS,
        libraries::TRAPS,
        starting::TRAPS,
    ]
    .into_iter()
    .flatten()
}
