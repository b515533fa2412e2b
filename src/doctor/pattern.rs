//! Patterns of error messages: texts with holes.
//!
//! `version {version} not found` has one hole. A hole stands for one word, without the quotes and brackets around it, and
//! with a colon or comma at its end left out, or for a path with spaces in it. `{library:libGL.so}` stands for a word that begins with `libGL.so`.
//! `{library:@driver}` stands for a library of the graphics driver, `{library:@driver-finder}` for one that finds it. A
//! pattern may stand anywhere in a line.

use memchr::memmem;

use crate::drivers::{is_driver_finder, is_driver_library};

/// The first match of a pattern in a line: what the holes stand for, by their names. A name that begins with `_` is not
/// told.
pub(super) fn find<'t>(pattern: &'t str, line: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
    let first = pattern.split('{').next().unwrap_or("");
    if first.trim().is_empty() {
        // A hole at the beginning: the line may begin it at any word.
        let starts = word_starts(line);
        return { starts }.find_map(|start| match_at(pattern.trim_start(), &line[start..]));
    }
    let starts = line.match_indices(first).map(|(start, _)| start);
    { starts }.find_map(|start| match_at(pattern, &line[start..]))
}

fn word_starts(line: &str) -> impl Iterator<Item = usize> {
    let mut was_space = true;
    line.char_indices().filter_map(move |(at, letter)| {
        let is_start = was_space && !letter.is_whitespace();
        was_space = letter.is_whitespace();
        is_start.then_some(at)
    })
}

/// A match that begins where `text` begins.
fn match_at<'t>(pattern: &'t str, text: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
    let (mut pattern, mut text) = (pattern, text);
    let mut found = Vec::new();
    while let Some((literal, rest)) = pattern.split_once('{') {
        let (name, after) = rest.split_once('}')?;
        text = text.strip_prefix(literal)?;
        let literal = after.split('{').next().unwrap_or("");
        // The hole is one word, so what follows begins in or behind it. A path may have spaces in it.
        let is_path = text.starts_with('/') && !literal.is_empty();
        let ends_word = |letter: char| !is_path && letter.is_whitespace();
        let word_end = text.find(ends_word).unwrap_or(text.len());
        let searched = &text.as_bytes()[..text.len().min(word_end + literal.len())];
        let end = if literal.is_empty() {
            word_end
        } else {
            memmem::find(searched, literal.as_bytes())?
        };
        let word = bare(&text[..end]);
        let (name, kind) = name.split_once(':').unwrap_or((name, ""));
        // That would be a path and what another program says of it.
        let is_more = word.contains(": ");
        if word.is_empty() || is_more || !is_of_kind(word, kind) {
            return None;
        }
        if !name.starts_with('_') {
            found.push((name, word));
        }
        (pattern, text) = (after, &text[end..]);
    }
    text.starts_with(pattern).then_some(found)
}

/// Whether a word is what a hole may stand for, as it says behind its name's colon.
fn is_of_kind(word: &str, kind: &str) -> bool {
    match kind {
        "@driver" => is_driver_library(word),
        "@driver-finder" => is_driver_finder(word),
        beginning => word.starts_with(beginning),
    }
}

/// A word without what messages put around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|letter: char| "`'\"‘’“”()[]<>,:;".contains(letter))
        .trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_without_holes_is_a_text_anywhere() {
        assert_eq!(find("out of luck", "he is out of luck today"), Some(vec![]));
        assert_eq!(find("out of luck", "he is out of town"), None);
        assert_eq!(find("out of luck", ""), None);
    }

    #[test]
    fn a_hole_is_a_word() {
        let pattern = "libraries: {library}: cannot open";
        assert_eq!(
            find(pattern, "x: libraries: libz.so.1: cannot open it"),
            Some(vec![("library", "libz.so.1")])
        );
        for line in [
            "libraries: a b: cannot open",
            "libraries: : cannot open",
            "libraries: a: cannot",
            "a: cannot open",
        ] {
            assert_eq!(find(pattern, line), None, "{line}");
        }
    }

    #[test]
    fn quotes_around_a_word_are_left_out() {
        let found = find(
            "version {version} not found",
            "libc.so.6: version `GLIBC_2.38' not found (required by x)",
        );
        assert_eq!(found, Some(vec![("version", "GLIBC_2.38")]));
        let found = find("required by {by}", "(required by ./prog)");
        assert_eq!(found, Some(vec![("by", "./prog")]));
    }

    #[test]
    fn a_pattern_may_begin_with_a_hole() {
        let pattern = "{program}: cannot execute";
        assert_eq!(
            find(pattern, "bash: ./a: cannot execute"),
            Some(vec![("program", "./a")])
        );
        assert_eq!(find(pattern, "cannot execute"), None);
    }

    #[test]
    fn a_path_may_have_spaces_but_not_what_is_said_of_it() {
        let found = find("required by {by})", "(required by /with space/prog)");
        assert_eq!(found, Some(vec![("by", "/with space/prog")]));
        let pattern = "{program}: cannot execute";
        assert_eq!(
            find(pattern, "/bin/bash: /with space/a: cannot execute"),
            Some(vec![("program", "/with space/a")])
        );
        assert_eq!(find("required by {by})", "(required by with space)"), None);
    }

    #[test]
    fn a_later_place_is_tried_if_the_first_does_not_match() {
        let found = find("in {x} is", "in a b c, in d is e");
        assert_eq!(found, Some(vec![("x", "d")]));
    }

    #[test]
    fn a_hole_may_say_how_its_word_begins() {
        let pattern = "{library:libGL.so}: cannot";
        assert_eq!(
            find(pattern, "x: libGL.so.1: cannot"),
            Some(vec![("library", "libGL.so.1")])
        );
        assert_eq!(find(pattern, "x: libz.so.1: cannot"), None);
        let pattern = "version {version:GLIBC_} not";
        assert_eq!(
            find(pattern, "version `GLIBC_2.38' not"),
            Some(vec![("version", "GLIBC_2.38")])
        );
    }

    #[test]
    fn a_hole_may_ask_for_a_library_of_a_kind() {
        let pattern = "load {library:@driver}";
        let found = Some(vec![("library", "libcuda.so.1")]);
        assert_eq!(find(pattern, "load libcuda.so.1"), found);
        assert_eq!(find(pattern, "load libGL.so.1"), None);
        let pattern = "load {library:@driver-finder}";
        let found = Some(vec![("library", "libGL.so.1")]);
        assert_eq!(find(pattern, "load libGL.so.1"), found);
        assert_eq!(find(pattern, "load libcuda.so.1"), None);
    }

    #[test]
    fn names_with_an_underscore_are_not_told() {
        assert_eq!(
            find("sh: {_line}: {program}: no", "sh: 1: ./a: no"),
            Some(vec![("program", "./a")])
        );
    }

    #[test]
    fn letters_of_several_bytes_do_no_harm() {
        assert_eq!(find("{a}: nö", "ä ö: nö"), Some(vec![("a", "ö")]));
        assert_eq!(find("ö{a}", "öö"), Some(vec![("a", "ö")]));
        assert_eq!(find("{", "x"), None);
    }
}
