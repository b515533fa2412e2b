//! Names and versions of packages, read from store paths.

use std::cmp::Ordering;
use std::path::Path;

/// How long the hash is at the beginning of a store path's name, with its dash.
const HASH_LENGTH: usize = 33;

/// Name and version of the package at a store path, as Nix splits them (`parseDrvName`): the version
/// begins behind the first dash that no letter follows. Either may be empty.
#[must_use]
pub fn split(store_path: &Path) -> (&str, &str) {
    let name = store_path.file_name().and_then(|it| it.to_str());
    let name = name.and_then(|it| it.get(HASH_LENGTH..)).unwrap_or("");
    let is_version = |at: usize| {
        let next = name[at + 1..].chars().next();
        next.is_some_and(|it| !it.is_ascii_alphabetic())
    };
    match name.match_indices('-').find(|&(at, _)| is_version(at)) {
        Some((at, _)) => (&name[..at], &name[at + 1..]),
        None => (name, ""),
    }
}

/// Compares versions part by part: numbers as numbers, and a number is newer than a word.
#[must_use]
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    parts(a).cmp(parts(b))
}

/// A part of a version; the order of the variants is that of age.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Word(&'a str),
    Number(usize, &'a str),
}

fn parts(version: &str) -> impl Iterator<Item = Part<'_>> {
    let words = version.split(|it: char| !it.is_ascii_alphanumeric());
    words.filter(|it| !it.is_empty()).map(|word| {
        if word.bytes().all(|it| it.is_ascii_digit()) {
            let digits = word.trim_start_matches('0');
            // Of two numbers the longer one is the greater one.
            Part::Number(digits.len(), digits)
        } else {
            Part::Word(word)
        }
    })
}

/// The version of glibc that a text begins with, such as `2.38` or `2.40-66`.
#[must_use]
pub fn glibc_version(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.split_once('.')?;
    let end = rest.find(|it: char| !it.is_ascii_digit());
    let minor = &rest[..end.unwrap_or(rest.len())];
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_begins_behind_the_first_dash_without_a_letter() {
        let hash = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-";
        for (name, expected) in [
            ("zlib-1.3.1", ("zlib", "1.3.1")),
            ("gcc-13.2.0-lib", ("gcc", "13.2.0-lib")),
            ("libX11-xft-2.0", ("libX11-xft", "2.0")),
            ("glibc", ("glibc", "")),
            ("a-", ("a-", "")),
            ("", ("", "")),
        ] {
            let path = format!("{hash}{name}");
            assert_eq!(split(Path::new(&path)), expected, "{name}");
        }
        assert_eq!(split(Path::new("/nix/store/short")), ("", ""));
        assert_eq!(split(Path::new("/")), ("", ""));
    }

    #[test]
    fn versions_are_compared_by_numbers() {
        for (older, newer) in [
            ("1.9", "1.10"),
            ("1", "1.1"),
            ("1.0-rc1", "1.0-1"),
            ("", "1"),
            ("09", "10"),
            ("99999999999999999999998", "99999999999999999999999"),
        ] {
            assert_eq!(compare_versions(older, newer), Ordering::Less, "{older}");
            assert_eq!(compare_versions(newer, older), Ordering::Greater, "{newer}");
        }
        assert_eq!(compare_versions("1.02", "1.2"), Ordering::Equal);
    }

    #[test]
    fn a_version_of_glibc_has_two_numbers() {
        assert_eq!(glibc_version("2.38"), Some((2, 38)));
        assert_eq!(glibc_version("2.2.5"), Some((2, 2)));
        assert_eq!(glibc_version("2.40-66"), Some((2, 40)));
        assert_eq!(glibc_version("PRIVATE"), None);
        assert_eq!(glibc_version("2"), None);
    }
}
