//! Holes of patterns: what a name in a message may be, and where one begins that nothing known stands before.

use super::names::{self, is_command, is_path, may_be_program, openings, quoted, word_start};
use crate::drivers::{is_driver_finder, is_driver_library};

/// What a hole stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whatever stands between what is known.
    Any,
    /// The same, in quotes.
    Quoted,
    /// A number.
    Number,
    /// One word, such as a symbol.
    Word,
    /// A command line in quotes, of which the first word is told.
    CommandLine,
    /// A path that can only be one.
    Path,
    /// A path, or a command in PATH.
    Program,
    /// The same, of a file that would rather be executed than read.
    Executed,
    /// The same, but no command in PATH.
    ExecutedPath,
    /// A command in PATH, in quotes or not.
    Command,
    /// What a loader speaks of.
    Object,
    /// The same, if it is called like a library.
    Library,
    /// The same, if it is a library of the graphics driver.
    Driver,
    /// The same, if it finds the graphics driver.
    DriverFinder,
    /// A word that begins so.
    Begins(&'static str),
}

/// What glibc's loader puts between its program's name and what it speaks of.
const OCCASIONS: &[&str] = &[
    "error while loading shared libraries: ",
    "symbol lookup error: ",
    "relocation error: ",
    "version lookup error: ",
];

impl Kind {
    /// Its name in patterns.
    pub(super) fn named(name: &'static str) -> Self {
        match name {
            "" => Self::Any,
            "quoted" => Self::Quoted,
            "number" => Self::Number,
            "word" => Self::Word,
            "command-line" => Self::CommandLine,
            "path" => Self::Path,
            "program" => Self::Program,
            "executed" => Self::Executed,
            "executed-path" => Self::ExecutedPath,
            "command" => Self::Command,
            "object" => Self::Object,
            "library" => Self::Library,
            "driver" => Self::Driver,
            "driver-finder" => Self::DriverFinder,
            beginning => Self::Begins(beginning),
        }
    }

    /// Whether it may stand for a text, which may be in quotes.
    pub(super) fn accepts(self, text: &str) -> bool {
        let name = quoted(text).unwrap_or(text);
        let is_something = !name.trim().is_empty() && !name.contains('\n');
        is_something
            && match self {
                Self::Any | Self::Object => true,
                Self::Quoted | Self::CommandLine => quoted(text).is_some(),
                Self::Word => !name.contains(char::is_whitespace),
                Self::Number => name
                    .strip_prefix('-')
                    .unwrap_or(name)
                    .bytes()
                    .all(|it| it.is_ascii_digit()),
                Self::Path => is_path(name),
                Self::Program => is_path(name) || is_command(name),
                Self::ExecutedPath => is_path(name) && may_be_program(name),
                Self::Executed => (is_path(name) || is_command(name)) && may_be_program(name),
                Self::Command => is_command(name),
                Self::Library => is_library(name),
                Self::Driver => is_driver_library(name),
                Self::DriverFinder => is_driver_finder(name),
                Self::Begins(beginning) => name.starts_with(beginning),
            }
    }

    /// The name at the end of `text`, of which nothing says where it begins; and the program that a loader names as its own
    /// before that.
    pub(super) fn at_end(self, text: &str) -> Option<(&str, Option<&str>)> {
        let of_loader = matches!(
            self,
            Self::Object | Self::Library | Self::Driver | Self::DriverFinder | Self::Begins(_)
        );
        let occasion = OCCASIONS
            .iter()
            .filter(|_| of_loader)
            .filter_map(|it| text.rfind(it).map(|at| (at, at + it.len())))
            .max();
        if let Some((at, end)) = occasion {
            let name = &text[end..];
            // Whose loader it is who speaks is known, so the object may be called anything.
            let is_it = match self {
                Self::Library => Self::Object.accepts(name),
                kind => kind.accepts(name),
            };
            return is_it.then(|| (name, program_before(&text[..at])));
        }
        // Who speaks by saying nothing else says the whole path.
        let name = match self {
            Self::Path if is_path(text) => text,
            _ => last_name(text)?,
        };
        self.accepts(name).then_some((name, None))
    }
}

/// Whether a file is called like a library: `libz.so.1`, `ext.cpython-311.so`.
fn is_library(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let is_addon = file.ends_with(".node");
    file.ends_with(".so") || file.contains(".so.") || file.starts_with("lib") || is_addon
}

/// The program's name before what its loader says, if it is clear where it begins.
fn program_before(text: &str) -> Option<&str> {
    let text = text.strip_suffix(": ")?;
    let name = last_name(text)?;
    (is_path(name) || name.len() == text.len() && is_command(name)).then_some(name)
}

/// The name at the end of a text: what is in quotes; a path, which may have spaces, if it begins a part of the sentence; else
/// the last word.
fn last_name(text: &str) -> Option<&str> {
    let last = text.chars().next_back()?;
    let body = &text[..text.len() - last.len_utf8()];
    let opening = openings(last).filter_map(|it| body.rfind(it)).max();
    if let Some(at) = opening {
        return Some(&text[at..]);
    }
    let part = text.rfind(": ").map_or(text, |at| &text[at + 2..]);
    let begins_path = |it: &str| {
        ["/", "./", "../", "~/"]
            .iter()
            .any(|beginning| it.starts_with(beginning))
    };
    // What is said in brackets of what was named before: `x.so (libz.so.1: cannot open ...`
    let inner = part.rfind(" (").map(|at| &part[at + 2..]);
    let is_name = |it: &&str| !it.is_empty() && !it.contains([' ', ')']);
    if let Some(inner) = inner.filter(is_name)
        && (begins_path(inner) || !inner.contains('/'))
    {
        return Some(inner);
    }
    if begins_path(part) {
        return Some(part);
    }
    let spaces = part.match_indices([' ', '(', '[', '\'', '"']).rev();
    let path = { spaces }
        .map(|(at, _)| &part[at + 1..])
        .find(|it| begins_path(it));
    path.or_else(|| Some(&text[word_start(text, text.len())..]))
        .filter(|it| !it.is_empty())
}

/// The name at the beginning of `text`, which nothing known follows: what is in quotes; one word, if it is of a kind that has
/// no spaces; else all of it.
pub(super) fn to_the_end(kind: Kind, text: &str) -> &str {
    let text = text.trim_end();
    let Some(first) = text.chars().next() else {
        return text;
    };
    let length = first.len_utf8();
    let mut mates = names::mates(first);
    let quoted = mates.find_map(|mate| {
        let mut ends = text[length..].match_indices(mate);
        let end = ends.find(|(at, _)| !text[..length + at].ends_with('\\'))?.0;
        Some(&text[..length + end + mate.len_utf8()])
    });
    let is_word = !matches!(
        kind,
        Kind::Any
            | Kind::Quoted
            | Kind::CommandLine
            | Kind::Path
            | Kind::Program
            | Kind::Executed
            | Kind::ExecutedPath
            | Kind::Object
    );
    let rest = match text.find(char::is_whitespace).filter(|_| is_word) {
        Some(end) => text[..end].trim_end_matches([',', ';', ':', '.', '!']),
        None => text,
    };
    quoted.unwrap_or_else(|| without_closing(rest))
}

/// Without a bracket or a quote at the end that was not opened in it: it belongs to what stands around.
fn without_closing(text: &str) -> &str {
    let mut text = text;
    loop {
        let Some(last) = text.chars().next_back() else {
            return text;
        };
        let body = &text[..text.len() - last.len_utf8()];
        let opened = match last {
            ')' => body.matches('(').count() > body.matches(')').count(),
            ']' => body.contains('['),
            '}' => body.contains('{'),
            '\'' | '"' | '`' => body.matches(last).count() % 2 == 1,
            _ => return text,
        };
        if opened {
            return text;
        }
        text = body;
    }
}
