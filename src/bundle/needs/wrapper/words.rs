//! Words of bash, as far as wrappers have them.

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// A text without anything to expand.
    Text(String),
    /// `"$@"`: the arguments.
    Arguments,
    /// `"$0"`: the name by which the wrapper was called.
    Name,
    /// An array that is empty: older wrappers have `"${extraFlagsArray[@]}"`, which only `--run` fills.
    Empty,
}

/// The words of a command; `None` if one of them is to be expanded in another way.
pub(super) fn words(text: &str) -> Option<Vec<Word>> {
    const WHOLE: [(&str, Word); 4] = [
        ("\"$@\"", Word::Arguments),
        ("\"$0\"", Word::Name),
        ("'\"$0\"'", Word::Name),
        ("\"${extraFlagsArray[@]}\"", Word::Empty),
    ];
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    'words: while !rest.is_empty() {
        for (start, word) in &WHOLE {
            if let Some(behind) = rest.strip_prefix(start) {
                words.push(word.clone());
                rest = behind.trim_start();
                continue 'words;
            }
        }
        let (word, behind) = first(rest)?;
        if !behind.is_empty() && !behind.starts_with(|it: char| it.is_ascii_whitespace()) {
            return None;
        }
        words.push(Word::Text(word));
        rest = behind.trim_start();
    }
    Some(words)
}

/// The text at the start, without its quotes, and what stands behind it; `None` if it is to be expanded.
pub(super) fn first(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        match letter {
            '\'' => {
                let (inner, behind) = rest[1..].split_once('\'')?;
                word += inner;
                rest = behind;
            }
            '"' => {
                let (inner, behind) = rest[1..].split_once('"')?;
                if inner.contains(['$', '`', '\\']) {
                    return None;
                }
                word += inner;
                rest = behind;
            }
            '\\' => {
                let escaped = rest[1..].chars().next()?;
                word.push(escaped);
                rest = &rest[1 + escaped.len_utf8()..];
            }
            letter if is_plain(letter) => {
                word.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
            _ => break,
        }
    }
    (rest.len() < text.len()).then_some((word, rest))
}

/// Whether a letter means itself where it is not quoted. `~` and `#` do within words; they are left out to be sure.
fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || "/.,-_+=:@%^".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Option<Vec<String>> {
        let texts = words(text)?.into_iter().map(|it| match it {
            Word::Text(text) => text,
            word => format!("{word:?}"),
        });
        Some(texts.collect())
    }

    #[test]
    fn quotes_go_and_what_is_in_them_stays() {
        assert_eq!(
            texts(r#"-a "$0" '/a b'"c d"e\ f 'it'\''s' "" "$@" --x=y"#).unwrap(),
            ["-a", "Name", "/a bc de f", "it's", "", "Arguments", "--x=y"]
        );
    }

    #[test]
    fn what_would_be_expanded_is_not_read() {
        for text in [
            "$x", "\"$x\"", "`x`", "*", "a?", "~", "{a,b}", "$'a'", "a;b", "a|b", "'a", "#x",
        ] {
            assert_eq!(texts(text), None, "{text}");
        }
    }
}
