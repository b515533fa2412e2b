//! Patterns of names and paths.

use anyhow::{Result, bail};

/// A pattern: `*` stands for any text, `?` for one character, `[a-z]` and `[!a-z]` for one that is in the
/// set or not. Only `*` stands for slashes. Characters are those of ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

/// How many characters make a text that few libraries have.
const RARE: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Byte(u8),
    Set {
        is_negated: bool,
        ranges: Vec<(u8, u8)>,
    },
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A set in it has no end.
    pub fn new(text: &str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((&byte, behind)) = rest.split_first() {
            rest = behind;
            match byte {
                b'*' if parts.last() == Some(&Part::Any) => {}
                b'*' => parts.push(Part::Any),
                b'?' => parts.push(Part::One),
                b'[' => {
                    let Some((set, behind)) = set(rest) else {
                        bail!(
                            "the set that [ begins has no ] in the pattern {text}; write [[] for [ itself"
                        );
                    };
                    parts.push(set);
                    rest = behind;
                }
                byte => parts.push(Part::Byte(byte)),
            }
        }
        Ok(Self { parts })
    }

    /// The text that all that fits starts with.
    #[must_use]
    pub fn prefix(&self) -> String {
        literal(&self.parts)
    }

    /// A text without a slash that is in all that fits, and in little else: the longest one, where what
    /// nearly all libraries have does not count. One behind the last slash is better than others,
    /// because many libraries share a folder.
    #[must_use]
    pub fn needle(&self) -> String {
        let rare = |text: &String| {
            let rare = text.trim_start_matches("lib").trim_end_matches(".so");
            rare.len()
        };
        let slash = self.parts.iter().rposition(|it| *it == Part::Byte(b'/'));
        let name = &self.parts[slash.map_or(0, |slash| slash + 1)..];
        let of_name = texts(name).max_by_key(rare);
        let of_name = of_name.filter(|it| rare(it) >= RARE);
        of_name
            .or_else(|| texts(&self.parts).max_by_key(rare))
            .unwrap_or_default()
    }

    /// All texts without slashes that are in all that fits.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        texts(&self.parts).filter(|text| !text.is_empty()).collect()
    }

    /// Whether a text fits.
    #[must_use]
    pub fn fits(&self, text: &[u8]) -> bool {
        let (mut part, mut at) = (0, 0);
        // Where to go on if the last `Any` has to stand for one more byte.
        let mut again = None;
        loop {
            match self.parts.get(part) {
                Some(Part::Any) => {
                    part += 1;
                    again = Some((part, at));
                    continue;
                }
                Some(it) if text.get(at).is_some_and(|&byte| it.fits(byte)) => {
                    part += 1;
                    at += 1;
                    continue;
                }
                None if at == text.len() => return true,
                _ => {}
            }
            match again {
                Some((next, from)) if from < text.len() => {
                    again = Some((next, from + 1));
                    (part, at) = (next, from + 1);
                }
                _ => return false,
            }
        }
    }
}

impl Part {
    fn fits(&self, byte: u8) -> bool {
        match self {
            Self::Any => true,
            Self::One => byte != b'/',
            Self::Byte(wanted) => byte == *wanted,
            Self::Set { is_negated, ranges } => {
                let is_in = ranges
                    .iter()
                    .any(|&(low, high)| (low..=high).contains(&byte));
                byte != b'/' && is_in != *is_negated
            }
        }
    }
}

/// The texts between slashes and whatever stands for other text.
fn texts(parts: &[Part]) -> impl Iterator<Item = String> {
    let is_cut = |part: &Part| !matches!(part, Part::Byte(byte) if *byte != b'/');
    parts.split(is_cut).map(literal)
}

/// The bytes at the start, as far as they are text.
fn literal(parts: &[Part]) -> String {
    let bytes = parts.iter().map_while(|part| match part {
        Part::Byte(byte) => Some(*byte),
        _ => None,
    });
    let bytes: Vec<u8> = bytes.collect();
    match String::from_utf8(bytes) {
        Ok(text) => text,
        // A set begins within a character; what is before it will do.
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned()
        }
    }
}

/// The set behind a `[`, and what is behind it. A `]` right at its start is in it.
fn set(text: &[u8]) -> Option<(Part, &[u8])> {
    let negation = text.first().filter(|byte| b"!^".contains(byte));
    let is_negated = negation.is_some();
    let text = &text[usize::from(is_negated)..];
    let end = 1 + text.iter().skip(1).position(|&byte| byte == b']')?;
    let mut ranges = Vec::new();
    let mut rest = &text[..end];
    while let Some(&low) = rest.first() {
        if let [_, b'-', high, ..] = rest {
            ranges.push((low, *high));
            rest = &rest[3..];
        } else {
            ranges.push((low, low));
            rest = &rest[1..];
        }
    }
    let set = Part::Set { is_negated, ranges };
    Some((set, &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap().fits(text.as_bytes())
    }

    #[test]
    fn stars_marks_and_sets_stand_for_what_they_say() {
        for (pattern, good, bad) in [
            ("libz.so*", "libz.so.1", "libbz.so.1"),
            ("*ssl*", "libssl.so.3", "libsl.so"),
            ("lib?.so", "libz.so", "libzz.so"),
            ("lib[xyz].so", "libz.so", "liba.so"),
            ("lib[a-c].so", "libb.so", "libd.so"),
            ("lib[!a-c].so", "libd.so", "libb.so"),
            ("lib[]].so", "lib].so", "libd.so"),
            ("lib[[].so", "lib[.so", "libd.so"),
            ("lib/*.so", "lib/dri/a.so", "lib64/a.so"),
            ("lib?a.so", "libxa.so", "lib/a.so"),
            ("lib[!x]a.so", "libya.so", "lib/a.so"),
            ("*a*b*", "xaxb", "xbxa"),
        ] {
            assert!(fits(pattern, good), "{pattern} {good}");
            assert!(!fits(pattern, bad), "{pattern} {bad}");
        }
    }

    /// What a pattern means, said once more.
    fn model(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], _) => text.is_empty(),
            (['*', rest @ ..], _) => (0..=text.len()).any(|it| model(rest, &text[it..])),
            (['?', rest @ ..], [it, behind @ ..]) => *it != '/' && model(rest, behind),
            ([a, rest @ ..], [b, behind @ ..]) => a == b && model(rest, behind),
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn it_fits_what_the_model_says(pattern in "[ab/*?]{0,8}", text in "[ab/]{0,10}") {
            let both = |text: &str| text.chars().collect::<Vec<_>>();
            let parsed = Pattern::new(&pattern).unwrap();
            let expected = model(&both(&pattern), &both(&text));
            prop_assert_eq!(parsed.fits(text.as_bytes()), expected);
            if expected {
                prop_assert!(text.starts_with(&parsed.prefix()));
                prop_assert!(text.contains(&parsed.needle()));
                prop_assert!(parsed.texts().iter().all(|it| text.contains(it)));
            }
        }

        #[test]
        fn no_text_makes_it_panic(pattern: String, text: String) {
            if let Ok(pattern) = Pattern::new(&pattern) {
                let _ = pattern.fits(text.as_bytes());
                let _ = (pattern.prefix(), pattern.needle());
            }
        }
    }
}
