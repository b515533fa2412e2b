//! A shell script as a list of simple commands: as much of the shell's grammar as launcher scripts need (POSIX, "Shell Command
//! Language", and bash's arrays and `[[`).
//!
//! Branches, loops and functions are not kept: what stands in them is in the list like all else. Nothing is refused, for a
//! script that is misread here has to lead to "it is not known", and to nothing worse.

mod commands;
mod words;

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
}

/// The text of a word that is nothing else.
pub(super) fn literal(word: &Word) -> Option<String> {
    match &word[..] {
        [Part::Text(text)] => Some(text.clone()),
        _ => None,
    }
}
