//! Store paths in the text of a bash script, as paths of the bundle.
//!
//! What stands for a path depends on the quotes around it (bash's manual, "Quoting" and "Here Documents").

use std::path::PathBuf;

use super::super::mentions::{Mention, mentions};
use super::text::VARIABLE;
use crate::nix::STORE;

/// A text with paths of the bundle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rewritten {
    pub(super) text: Vec<u8>,
    pub(super) named: Vec<PathBuf>,
    /// Paths that stand where nothing is expanded.
    pub(super) unserved: Vec<PathBuf>,
}

/// What is open where the text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `$(` or `(`, within which quotes begin anew.
    Parenthesis,
    /// `${`
    Brace,
    /// `"`
    Double,
}

/// Where a path stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    Double,
    Single,
    Comment,
    /// Where the shell expands nothing: a quoted here-document, or `$'...'`.
    Literal,
}

pub(super) fn rewritten(text: &[u8]) -> Rewritten {
    let mut reader = Reader {
        text,
        at: 0,
        open: Vec::new(),
        documents: Vec::new(),
        next: mentions(text).into_iter().collect(),
        result: Rewritten {
            text: Vec::with_capacity(text.len()),
            named: Vec::new(),
            unserved: Vec::new(),
        },
    };
    reader.next.reverse();
    reader.read();
    reader.result
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    open: Vec<Open>,
    /// The ends of here-documents that begin on the next line, and whether they are quoted.
    documents: Vec<(Vec<u8>, bool)>,
    /// Paths that are still to come, the next one last.
    next: Vec<Mention>,
    result: Rewritten,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(byte) = self.peek(0) {
            let is_double = self.is_double();
            match byte {
                b'\\' => {
                    self.copy(Place::Literal);
                    self.copy(Place::Literal);
                }
                b'\'' if !is_double => self.single(),
                b'$' if self.peek(1) == Some(b'\'') && !is_double => {
                    self.copy(Place::Plain);
                    self.ansi();
                }
                b'"' => {
                    match self.open.last() {
                        Some(Open::Double) => _ = self.open.pop(),
                        _ => self.open.push(Open::Double),
                    }
                    self.copy(Place::Plain);
                }
                b'$' if self.peek(1) == Some(b'(') => {
                    self.open.push(Open::Parenthesis);
                    self.copy(Place::Plain);
                    self.copy(Place::Plain);
                }
                b'$' if self.peek(1) == Some(b'{') => {
                    self.open.push(Open::Brace);
                    self.copy(Place::Plain);
                    self.copy(Place::Plain);
                }
                b'(' if !is_double => {
                    self.open.push(Open::Parenthesis);
                    self.copy(Place::Plain);
                }
                b')' if self.open.last() == Some(&Open::Parenthesis) => {
                    self.open.pop();
                    self.copy(Place::Plain);
                }
                b'}' if self.open.last() == Some(&Open::Brace) => {
                    self.open.pop();
                    self.copy(Place::Plain);
                }
                b'#' if !is_double && self.is_word_start() => self.line(Place::Comment),
                b'<' if !is_double && self.peek(1) == Some(b'<') => self.here(),
                b'\n' => {
                    self.copy(Place::Plain);
                    self.here_documents();
                }
                _ if is_double => self.copy(Place::Double),
                _ => self.copy(Place::Plain),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    /// Whether quotes are open: a brace has those of what is around it.
    fn is_double(&self) -> bool {
        let mut open = self.open.iter().rev().filter(|it| **it != Open::Brace);
        open.next() == Some(&Open::Double)
    }

    fn is_word_start(&self) -> bool {
        let before = self.at.checked_sub(1).map(|it| self.text[it]);
        before.is_none_or(|it| b" \t\n;&|(".contains(&it))
    }

    /// Copies a byte, or a whole path if one begins here.
    fn copy(&mut self, place: Place) {
        let Some(byte) = self.peek(0) else { return };
        if self.next.last().is_some_and(|it| it.at.start == self.at)
            && let Some(mention) = self.next.pop()
        {
            self.path(&mention, place);
            self.at = mention.at.end;
            return;
        }
        self.result.text.push(byte);
        self.at += 1;
    }

    fn path(&mut self, mention: &Mention, place: Place) {
        let text = &self.text[mention.at.clone()];
        let (start, end) = match place {
            Place::Plain => ("\"", "\""),
            Place::Double => ("", ""),
            Place::Single => ("'\"", "\"'"),
            Place::Comment => return self.result.text.extend_from_slice(text),
            Place::Literal => {
                self.result.unserved.push(mention.path.clone());
                return self.result.text.extend_from_slice(text);
            }
        };
        let bundle = format!("{start}${{{VARIABLE}}}{end}/store");
        self.result.text.extend_from_slice(bundle.as_bytes());
        self.result.text.extend_from_slice(&text[STORE.len()..]);
        self.result.named.push(mention.path.clone());
    }

    fn single(&mut self) {
        self.copy(Place::Plain);
        while let Some(byte) = self.peek(0) {
            self.copy(Place::Single);
            if byte == b'\'' {
                return;
            }
        }
    }

    fn ansi(&mut self) {
        self.copy(Place::Plain);
        while let Some(byte) = self.peek(0) {
            self.copy(Place::Literal);
            match byte {
                b'\\' => self.copy(Place::Literal),
                b'\'' => return,
                _ => {}
            }
        }
    }

    fn line(&mut self, place: Place) {
        while self.peek(0).is_some_and(|it| it != b'\n') {
            self.copy(place);
        }
    }

    /// The word behind `<<`.
    fn here(&mut self) {
        self.copy(Place::Plain);
        self.copy(Place::Plain);
        if self.peek(0) == Some(b'<') {
            return self.copy(Place::Plain);
        }
        while matches!(self.peek(0), Some(b'-' | b' ' | b'\t')) {
            self.copy(Place::Plain);
        }
        let start = self.at;
        while self
            .peek(0)
            .is_some_and(|it| !b" \t\n;&|()<>".contains(&it))
        {
            self.copy(Place::Literal);
        }
        let word = &self.text[start..self.at];
        let is_quote = |it: &u8| b"'\"\\".contains(it);
        let is_quoted = word.iter().any(is_quote);
        let end: Vec<u8> = word.iter().copied().filter(|it| !is_quote(it)).collect();
        if !end.is_empty() {
            self.documents.push((end, is_quoted));
        }
    }

    fn here_documents(&mut self) {
        for (end, is_quoted) in std::mem::take(&mut self.documents) {
            let place = if is_quoted {
                Place::Literal
            } else {
                Place::Double
            };
            while self.peek(0).is_some() {
                let rest = &self.text[self.at..];
                let line = rest.split(|it| *it == b'\n').next().unwrap_or_default();
                let is_end = line.trim_ascii_start() == end;
                self.line(place);
                self.copy(Place::Plain);
                if is_end {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a/bin/a";
    const IN_BUNDLE: &str = "${LDSHIM_BUNDLE}";
    const REST: &str = "/store/0123456789abcdfghijklmnpqrsvwxyz-a/bin/a";

    /// The text with `@` for the path, and what becomes of it with `[` and `]` around the bundle's folder.
    fn check(text: &str, expected: &str) {
        let found = rewritten(text.replace('@', A).as_bytes());
        let expected = expected.replace('@', &format!("{IN_BUNDLE}{REST}"));
        let plain = format!("\"{IN_BUNDLE}\"{REST}");
        let expected = expected.replace("PLAIN", &plain);
        let expected = expected.replace("SINGLE", &format!("'\"{IN_BUNDLE}\"'{REST}"));
        assert_eq!(String::from_utf8(found.text).unwrap(), expected);
        assert_eq!(found.unserved, Vec::<PathBuf>::new());
    }

    #[test]
    fn a_path_is_expanded_by_the_quotes_around_it() {
        check("exec @ -x", "exec PLAIN -x");
        check("a=\"b:@:c\"", "a=\"b:@:c\"");
        check("a='@'", "a='SINGLE'");
        check("a=\"$(@ \"@\" '@')\"", "a=\"$(PLAIN \"@\" 'SINGLE')\"");
        check("a=\"${b:-@}\" c", "a=\"${b:-@}\" c");
        check("a=${b:-'@'}", "a=${b:-'SINGLE'}");
        check("\"it's @\" @", "\"it's @\" PLAIN");
        check("a\\\"b @", "a\\\"b PLAIN");
        check("cat <<X\n'@'\nX\n@", "cat <<X\n'@'\nX\nPLAIN");
        check("a <<< @", "a <<< PLAIN");
    }

    #[test]
    fn comments_stay() {
        let text = format!("# it's {A}\nx#'{A}'");
        let found = rewritten(text.as_bytes());
        assert!(found.text.starts_with(format!("# it's {A}\n").as_bytes()));
        assert_eq!(found.named.len(), 1);
    }

    #[test]
    fn what_no_shell_expands_is_told() {
        for text in [format!("cat <<'X'\n{A}\nX\n"), format!("a=$'{A}'")] {
            let found = rewritten(text.as_bytes());
            assert_eq!(found.text, text.as_bytes());
            assert_eq!(found.unserved, [PathBuf::from(A)]);
        }
    }
}
