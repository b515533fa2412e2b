//! What `env` starts for a script whose first line names it: env of GNU coreutils, `src/env.c`.
//!
//! The kernel hands over what follows `env` in the line as one argument, and behind it the script's path. `-S` splits such an
//! argument into words.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// What env does with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Started {
    /// It starts this program, searched for in this PATH if that is another one: an inner `None` is no PATH at all.
    Program {
        name: OsString,
        path: Option<Option<OsString>>,
    },
    /// It starts the script itself, which starts env, and so on.
    Script,
    /// It does not know this option.
    Unknown(OsString),
    /// It starts nothing: `--help` and `--version`.
    Nothing,
}

/// What env starts for its one argument, with variables of these values.
pub(super) fn started(
    argument: Option<&OsStr>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Started {
    let mut words: Vec<Vec<u8>> = argument.iter().map(|it| it.as_bytes().to_vec()).collect();
    words.reverse();
    let mut path = None;
    while let Some(word) = words.pop() {
        let text = word.as_slice();
        let split = |text: &[u8], words: &mut Vec<Vec<u8>>| {
            let mut more = split(text, &variable);
            more.reverse();
            words.extend(more);
        };
        match text {
            b"-" => path = Some(None),
            b"--" => return operands(words, path),
            b"--help" | b"--version" => return Started::Nothing,
            b"--ignore-environment" => path = Some(None),
            b"--null" | b"--debug" => {}
            b"--split-string" | b"--unset" | b"--chdir" | b"--argv0" => {
                let Some(value) = words.pop() else {
                    return Started::Unknown(OsString::from_vec(word));
                };
                if text == b"--split-string" {
                    split(&value, &mut words);
                }
            }
            _ if text.starts_with(b"--split-string=") => split(&text[15..], &mut words),
            _ if text.starts_with(b"--unset=PATH") && text.len() == 12 => path = Some(None),
            _ if is_known_long(text) => {}
            [b'-', letters @ ..] if !letters.starts_with(b"-") => {
                let mut rest = letters;
                while let [letter, more @ ..] = rest {
                    rest = more;
                    match letter {
                        b'i' => path = Some(None),
                        b'0' | b'v' => {}
                        b'u' | b'C' | b'a' | b'S' => {
                            let value = match more {
                                // The next word is the script's path, and then nothing is left to start.
                                [] => words.pop(),
                                more => Some(more.to_vec()),
                            };
                            let Some(value) = value else {
                                return Started::Unknown(OsString::from_vec(word));
                            };
                            match letter {
                                b'S' => split(&value, &mut words),
                                b'u' if value == b"PATH" => path = Some(None),
                                _ => {}
                            }
                            rest = &[];
                        }
                        _ => return Started::Unknown(OsString::from_vec(word)),
                    }
                }
            }
            [b'-', ..] => return Started::Unknown(OsString::from_vec(word)),
            _ => {
                words.push(word);
                return operands(words, path);
            }
        }
    }
    Started::Script
}

fn is_known_long(text: &[u8]) -> bool {
    let known = [
        &b"--unset="[..],
        b"--chdir=",
        b"--argv0=",
        b"--block-signal",
        b"--default-signal",
        b"--ignore-signal",
        b"--list-signal-handling",
    ];
    known.iter().any(|it| text.starts_with(it))
}

/// Assignments, and the program behind them.
fn operands(mut words: Vec<Vec<u8>>, mut path: Option<Option<OsString>>) -> Started {
    while let Some(word) = words.pop() {
        if !word.contains(&b'=') {
            let name = OsString::from_vec(word);
            return Started::Program { name, path };
        }
        if let Some(value) = word.strip_prefix(b"PATH=") {
            path = Some(Some(OsString::from_vec(value.to_vec())));
        }
    }
    Started::Script
}

/// The words of a text after `-S`.
fn split(text: &[u8], variable: impl Fn(&str) -> Option<OsString>) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut quote = None;
    let mut rest = text;
    while let [byte, more @ ..] = rest {
        rest = more;
        match (*byte, quote) {
            (b'\'' | b'"', None) => {
                quote = Some(*byte);
                word.get_or_insert_default();
            }
            (it, Some(open)) if it == open => quote = None,
            (b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, None) => words.extend(word.take()),
            (b'#', None) if word.is_none() => break,
            (b'\\', _) if quote != Some(b'\'') || matches!(rest, [b'\\' | b'\'', ..]) => {
                let [letter, more @ ..] = rest else { break };
                rest = more;
                match letter {
                    b'c' => break,
                    b'_' if quote.is_none() => words.extend(word.take()),
                    letter => word.get_or_insert_default().push(match letter {
                        b'_' => b' ',
                        b'f' => 0x0c,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'v' => 0x0b,
                        other => *other,
                    }),
                }
            }
            (b'$', _) if quote != Some(b'\'') && rest.starts_with(b"{") => {
                let end = memchr::memchr(b'}', rest).unwrap_or(rest.len() - 1);
                let name = String::from_utf8_lossy(&rest[1..end]).into_owned();
                rest = &rest[end + 1..];
                // A variable that is not set adds no word of its own.
                if let Some(value) = variable(&name) {
                    word.get_or_insert_default().extend(value.as_bytes());
                }
            }
            (byte, _) => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(argument: &str) -> Option<String> {
        let variable = |name: &str| (name == "V").then(|| "v w".into());
        match started(Some(argument.as_ref()), variable) {
            Started::Program { name, .. } => Some(name.into_string().unwrap()),
            _ => None,
        }
    }

    #[test]
    fn one_argument_is_one_name() {
        assert_eq!(program("node").as_deref(), Some("node"));
        assert_eq!(program("node --flag").as_deref(), Some("node --flag"));
        assert_eq!(program("sh\r").as_deref(), Some("sh\r"));
        assert_eq!(started(None, |_| None), Started::Script);
        assert_eq!(
            started(Some("A=1 node".as_ref()), |_| None),
            Started::Script
        );
        assert_eq!(started(Some("-i".as_ref()), |_| None), Started::Script);
        let unknown = started(Some("-i node".as_ref()), |_| None);
        assert_eq!(unknown, Started::Unknown("-i node".into()));
    }

    #[test]
    fn s_splits_words_and_has_quotes() {
        for (argument, expected) in [
            ("-S node --flag", "node"),
            ("-SA=1 node", "node"),
            ("-vS -i A='x y' node", "node"),
            ("-S -u HOME -- 'a b' c", "a b"),
            ("--split-string=a\\_b", "a"),
            ("-S \"a\\_b\" c", "a b"),
            ("-S ${V} x", "v w"),
            ("-S a${V}", "av w"),
            ("-S a # b", "a"),
        ] {
            assert_eq!(program(argument).as_deref(), Some(expected), "{argument}");
        }
    }

    #[test]
    fn path_may_be_another_one() {
        let path = |argument: &str| match started(Some(argument.as_ref()), |_| None) {
            Started::Program { path, .. } => path,
            other => panic!("{other:?}"),
        };
        assert_eq!(path("-S PATH=/x a"), Some(Some("/x".into())));
        assert_eq!(path("-S -i a"), Some(None));
        assert_eq!(path("-S A=1 a"), None);
    }
}
