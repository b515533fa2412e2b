//! Texts by number, without a table.
//!
//! A table of strings is an array of pointers. The stub would have to relocate each of them at every start,
//! which costs a page fault, for messages that are hardly ever printed. Lines of one string need none.

/// The line with this number, counted from 0; empty if there is none.
pub fn line(texts: &'static str, number: usize) -> &'static [u8] {
    lines(texts).nth(number).unwrap_or_default()
}

/// The lines of a text.
pub fn lines(texts: &'static str) -> impl Iterator<Item = &'static [u8]> {
    texts.as_bytes().split(|&byte| byte == b'\n')
}
