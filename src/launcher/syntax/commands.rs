//! Where commands begin and end.

use super::{Command, Part, Reader, Word, literal};

/// Words that are no commands, and before which a command may stand all the same.
const KEYWORDS: [&str; 14] = [
    "if", "then", "else", "elif", "fi", "while", "until", "do", "done", "esac", "!", "{", "}",
    "time",
];

impl Reader<'_> {
    pub(super) fn read_all(&mut self) {
        while let Some(byte) = self.peek() {
            let is_test = self.is_in_test();
            match byte {
                b' ' | b'\t' | b'\r' => _ = self.next(),
                b'\\' if self.is_ahead("\\\n") => {
                    let _both = (self.next(), self.next());
                }
                b'#' => self.skip_line(),
                b'\n' => {
                    self.end_command();
                    let _newline = self.next();
                    self.skip_documents();
                }
                b'<' | b'>' if !is_test => self.redirection(),
                b'&' if self.is_ahead("&>") => {
                    let _ampersand = self.next();
                    self.redirection();
                }
                b';' | b'&' | b'|' if !is_test => {
                    let _separator = self.next();
                    self.end_command();
                }
                b'(' if !is_test => self.open_parenthesis(),
                b')' if !is_test => self.close_parenthesis(),
                b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => _ = self.next(),
                _ => {
                    let start = self.line;
                    let word = self.word();
                    self.add_word(word, start);
                }
            }
        }
        self.end_command();
    }

    /// Whether a `[[` is open, within which `&&` and the like do not separate commands.
    fn is_in_test(&self) -> bool {
        let is = |word: Option<&Word>, text: &str| word.and_then(literal).as_deref() == Some(text);
        is(self.words.first(), "[[") && !is(self.words.last(), "]]")
    }

    fn add_word(&mut self, word: Word, line: usize) {
        if self.words.is_empty() {
            if literal(&word).is_some_and(|it| KEYWORDS.contains(&&*it)) {
                return;
            }
            self.first_line = line;
        }
        self.words.push(word);
    }

    fn end_command(&mut self) {
        let words = std::mem::take(&mut self.words);
        if words.is_empty() {
            return;
        }
        let first = literal(&words[0]);
        if first.as_deref() == Some("function") {
            self.script.functions.extend(words.get(1).and_then(literal));
            return;
        }
        self.script.commands.push(Command {
            line: self.first_line,
            words,
        });
    }

    /// A subshell, a function's `()`, an array's values, or arithmetic.
    fn open_parenthesis(&mut self) {
        if self.is_ahead("((") && self.words.is_empty() {
            let rest = &self.text[self.at..];
            let end = memchr::memmem::find(rest, b"))").unwrap_or(rest.len());
            self.line += rest[..end].iter().filter(|it| **it == b'\n').count();
            self.at = (self.at + end + 2).min(self.text.len());
            return;
        }
        let _parenthesis = self.next();
        if let Some(Part::Text(text)) = self.words.last().and_then(|it| it.last())
            && text.ends_with('=')
        {
            return self.array();
        }
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            let _space = self.next();
        }
        if self.peek() == Some(b')') && self.words.len() <= 2 {
            let _parenthesis = self.next();
            let name = self.words.last().and_then(literal);
            self.script.functions.extend(name);
            self.words.clear();
            return;
        }
        self.end_command();
        self.open += 1;
    }

    fn close_parenthesis(&mut self) {
        let _parenthesis = self.next();
        if self.open == 0 {
            // The end of a pattern of `case`.
            self.words.clear();
        } else {
            self.open -= 1;
            self.end_command();
        }
    }

    /// Each value as an assignment of its own.
    fn array(&mut self) {
        let Some(name) = self.words.pop() else { return };
        let before = std::mem::take(&mut self.words);
        while let Some(byte) = self.peek() {
            match byte {
                b')' => {
                    let _parenthesis = self.next();
                    break;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b'(' | b';' | b'&' | b'|' | b'<' | b'>' => {
                    _ = self.next();
                }
                b'#' => self.skip_line(),
                _ => {
                    let line = self.line;
                    let value = self.word();
                    let word = [&name[..], &value].concat();
                    let words = before.iter().cloned().chain([word]).collect();
                    self.script.commands.push(Command { line, words });
                }
            }
        }
    }

    fn redirection(&mut self) {
        // The number of the file before it is a word by now.
        let is_number =
            |it: &Word| literal(it).is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
        let touches = self.at > 0 && self.text[self.at - 1].is_ascii_digit();
        if touches && self.words.last().is_some_and(is_number) {
            let _number = self.words.pop();
        }
        let is_document = self.is_ahead("<<") && !self.is_ahead("<<<");
        while matches!(self.peek(), Some(b'<' | b'>' | b'&' | b'|')) {
            let _operator = self.next();
        }
        if self.peek() == Some(b'(') {
            // A process in the place of a file.
            return self.open_parenthesis();
        }
        if is_document && self.peek() == Some(b'-') {
            let _dash = self.next();
        }
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            let _space = self.next();
        }
        let target = self.word();
        if is_document {
            self.documents.extend(literal(&target));
        }
    }

    fn skip_line(&mut self) {
        while !matches!(self.peek(), None | Some(b'\n')) {
            let _byte = self.next();
        }
    }

    fn skip_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            while self.at < self.text.len() {
                let start = self.at;
                self.skip_line();
                let line = self.text[start..self.at].trim_ascii();
                let _newline = self.next();
                if line == end.as_bytes() {
                    break;
                }
            }
        }
    }
}
