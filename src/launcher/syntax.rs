//! A shell script as a list of simple commands: as much of the shell's grammar as launcher scripts need (POSIX, "Shell Command
//! Language", and bash's arrays and `[[`).
//!
//! Branches, loops and functions are not kept: what stands in them is in the list like all else. Nothing is refused, for a
//! script that is misread here has to lead to "it is not known", and to nothing worse.

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    /// The line that it begins on, counted from 1.
    pub(super) line: usize,
    pub(super) words: Vec<Word>,
}

/// A word: its parts stand together.
pub(super) type Word = Vec<Part>;

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// A parameter, and what is made of its value.
    Value(String, Change),
    /// `$(...)`, or the same in backticks.
    Output(Vec<Command>),
    /// Arithmetic, and whatever else is not read.
    Unknown,
}

/// What `${name...}` makes of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    None,
    /// `:-`, `-`, `:=`, `=`: the word if there is no value.
    Default(Word),
    /// `:+` and `+`: the word if there is a value.
    Alternative(Word),
    /// `%` and `%%` with a pattern: the shortest end or the longest one goes.
    WithoutEnd(String, bool),
    /// `#` and `##`: the same of the start.
    WithoutStart(String, bool),
    Unknown,
}

/// What was read of a script.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) commands: Vec<Command>,
    /// The names of its functions.
    pub(super) functions: Vec<String>,
}

/// Words that are no commands, and before which a command may stand all the same.
const KEYWORDS: [&str; 14] = [
    "if", "then", "else", "elif", "fi", "while", "until", "do", "done", "esac", "!", "{", "}",
    "time",
];

/// `$(` and the like are followed this deep.
const DEEPEST: usize = 12;

pub(super) fn script(text: &str) -> Script {
    let mut reader = Reader::new(text, 1, 0);
    reader.read_all();
    reader.script
}

struct Reader<'t> {
    source: &'t str,
    text: &'t [u8],
    at: usize,
    line: usize,
    depth: usize,
    script: Script,
    words: Vec<Word>,
    first_line: usize,
    /// How many `(` are open.
    open: usize,
    /// The ends of here-documents that begin on the next line.
    documents: Vec<String>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, line: usize, depth: usize) -> Self {
        Self {
            source: text,
            text: text.as_bytes(),
            at: 0,
            line,
            depth,
            script: Script::default(),
            words: Vec::new(),
            first_line: line,
            open: 0,
            documents: Vec::new(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        self.line += usize::from(byte == b'\n');
        Some(byte)
    }

    /// The next letter, of as many bytes as it has.
    fn letter(&mut self) -> Option<char> {
        let letter = self.source.get(self.at..)?.chars().next()?;
        self.at += letter.len_utf8();
        self.line += usize::from(letter == '\n');
        Some(letter)
    }

    fn is_ahead(&self, text: &str) -> bool {
        self.text[self.at..].starts_with(text.as_bytes())
    }

    fn read_all(&mut self) {
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

    /// One word; it takes at least a byte.
    fn word(&mut self) -> Word {
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

/// The text of a word that is nothing else.
pub(super) fn literal(word: &Word) -> Option<String> {
    match &word[..] {
        [Part::Text(text)] => Some(text.clone()),
        _ => None,
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
