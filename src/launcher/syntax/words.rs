//! Words: quotes, parameters, and the output of commands.

use super::{Change, Part, Reader, Word};

/// `$(` and the like are followed this deep.
const DEEPEST: usize = 12;

impl Reader<'_> {
    /// One word; it takes at least a byte.
    pub(super) fn word(&mut self) -> Word {
        let mut word = Word::new();
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => {
                    break;
                }
                b'\'' => {
                    let _quote = self.next();
                    push(&mut word, &self.until(b'\''));
                }
                b'"' => {
                    let _quote = self.next();
                    self.quoted(&mut word, Some(b'"'));
                }
                b'\\' => {
                    let _backslash = self.next();
                    match self.letter() {
                        Some('\n') | None => {}
                        Some(letter) => push_letter(&mut word, letter),
                    }
                }
                b'$' => self.dollar(&mut word),
                b'`' => self.backticks(&mut word),
                _ => {
                    let letter = self.letter();
                    letter.into_iter().for_each(|it| push_letter(&mut word, it));
                }
            }
        }
        if self.at == start {
            let _byte = self.next();
        }
        word
    }

    /// Text in double quotes up to `end`, or all.
    fn quoted(&mut self, word: &mut Word, end: Option<u8>) {
        // "" is a word.
        push(word, "");
        while let Some(byte) = self.peek() {
            match byte {
                byte if Some(byte) == end => {
                    let _quote = self.next();
                    return;
                }
                b'\\' => {
                    let _backslash = self.next();
                    match self.letter() {
                        Some('\n') | None => {}
                        Some(letter) if "$`\"\\}".contains(letter) => push_letter(word, letter),
                        Some(letter) => {
                            push(word, "\\");
                            push_letter(word, letter);
                        }
                    }
                }
                b'$' => self.dollar(word),
                b'`' => self.backticks(word),
                _ => {
                    let letter = self.letter();
                    letter.into_iter().for_each(|it| push_letter(word, it));
                }
            }
        }
    }

    fn until(&mut self, end: u8) -> String {
        let start = self.at;
        while let Some(byte) = self.next() {
            if byte == end {
                return String::from_utf8_lossy(&self.text[start..self.at - 1]).into_owned();
            }
        }
        String::from_utf8_lossy(&self.text[start..]).into_owned()
    }

    fn dollar(&mut self, word: &mut Word) {
        let _dollar = self.next();
        match self.peek() {
            Some(b'(') if self.is_ahead("((") => {
                let _arithmetic = self.balanced(b'(', b')');
                word.push(Part::Unknown);
            }
            Some(b'(') => {
                let line = self.line;
                let inner = self.balanced(b'(', b')');
                word.push(self.output(&inner, line));
            }
            Some(b'{') => {
                let inner = self.balanced(b'{', b'}');
                word.push(self.braces(&inner));
            }
            // $'...' and $"...".
            Some(b'\'' | b'"') => {}
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let start = self.at;
                while self.peek().is_some_and(is_of_name) {
                    let _letter = self.next();
                }
                let name = String::from_utf8_lossy(&self.text[start..self.at]);
                word.push(Part::Value(name.into_owned(), Change::None));
            }
            Some(byte) if byte.is_ascii_digit() || b"@*#?$!-".contains(&byte) => {
                let _parameter = self.next();
                word.push(Part::Value(char::from(byte).to_string(), Change::None));
            }
            _ => push(word, "$"),
        }
    }

    /// What stands between two brackets, which may be nested and quoted, without them.
    fn balanced(&mut self, open: u8, close: u8) -> String {
        let _bracket = self.next();
        let start = self.at;
        let mut depth = 1;
        while let Some(byte) = self.next() {
            match byte {
                b'\\' => _ = self.next(),
                b'\'' if open == b'(' => _ = self.until(b'\''),
                byte if byte == open => depth += 1,
                byte if byte == close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return String::from_utf8_lossy(&self.text[start..self.at - 1]).into_owned();
            }
        }
        String::from_utf8_lossy(&self.text[start..]).into_owned()
    }

    fn backticks(&mut self, word: &mut Word) {
        let _backtick = self.next();
        let (line, mut inner) = (self.line, Vec::new());
        while let Some(byte) = self.next() {
            match byte {
                b'`' => break,
                b'\\' if matches!(self.peek(), Some(b'`' | b'\\' | b'$')) => {
                    inner.extend(self.next())
                }
                byte => inner.push(byte),
            }
        }
        let inner = String::from_utf8_lossy(&inner).into_owned();
        word.push(self.output(&inner, line));
    }

    fn output(&self, inner: &str, line: usize) -> Part {
        if self.depth == DEEPEST {
            return Part::Unknown;
        }
        let mut reader = Reader::new(inner, line, self.depth + 1);
        reader.read_all();
        Part::Output(reader.script.commands)
    }

    /// What stands in `${...}`.
    fn braces(&self, inner: &str) -> Part {
        let end = inner.find(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        let (name, mut rest) = inner.split_at(end.unwrap_or(inner.len()));
        if name.is_empty() || self.depth == DEEPEST {
            return Part::Unknown;
        }
        // `${BASH_SOURCE[0]}`
        if let Some((_, behind)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
            rest = behind;
        }
        let word = |text: &str| {
            let mut word = Word::new();
            let mut reader = Reader::new(text, self.line, self.depth + 1);
            while reader.peek().is_some() {
                match reader.peek() {
                    Some(b'"') => {
                        let _quote = reader.next();
                        reader.quoted(&mut word, Some(b'"'));
                    }
                    _ => reader.quoted(&mut word, None),
                }
            }
            word
        };
        let unquoted = |text: &str| text.replace(['"', '\''], "");
        let change = match rest {
            "" => Change::None,
            _ if rest.starts_with("%%") => Change::WithoutEnd(unquoted(&rest[2..]), true),
            _ if rest.starts_with('%') => Change::WithoutEnd(unquoted(&rest[1..]), false),
            _ if rest.starts_with("##") => Change::WithoutStart(unquoted(&rest[2..]), true),
            _ if rest.starts_with('#') => Change::WithoutStart(unquoted(&rest[1..]), false),
            _ if rest.starts_with(":-") || rest.starts_with(":=") => {
                Change::Default(word(&rest[2..]))
            }
            _ if rest.starts_with(":+") => Change::Alternative(word(&rest[2..])),
            _ if rest.starts_with('+') => Change::Alternative(word(&rest[1..])),
            _ if rest.starts_with(['-', '=']) => Change::Default(word(&rest[1..])),
            _ => Change::Unknown,
        };
        Part::Value(name.to_owned(), change)
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn push(word: &mut Word, text: &str) {
    match word.last_mut() {
        Some(Part::Text(known)) => known.push_str(text),
        _ => word.push(Part::Text(text.to_owned())),
    }
}

fn push_letter(word: &mut Word, letter: char) {
    push(word, letter.encode_utf8(&mut [0; 4]));
}
