//! The terminal that a report is for: whether it has colours, how wide it is, and lines that fit into it.
//!
//! Elsewhere, in a pipe or a file, lines stay as they are: scripts may read them.

use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::AutoStream;
use anstream::adapter::strip_str;
use anstyle::Style;
use terminal_size::{Width, terminal_size_of};
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, wrap};

use crate::printable;
use crate::style::{BAD, DOUBTFUL};

/// The narrowest and the widest lines that are made, in columns.
const WIDTHS: (usize, usize) = (60, 200);

/// Stands for a space in a command while lines are broken. No text of ours has it: it is for private use.
const GLUE: &str = "\u{e000}";

/// Prints a report to stdout. A reader that has seen enough, such as `head`, is no error.
///
/// # Errors
/// If stdout cannot be written.
pub fn print(text: &str) -> io::Result<()> {
    let mut stdout = AutoStream::auto(io::stdout().lock());
    let text = fitting(text, width(&io::stdout()));
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints to stderr.
pub fn tell(text: &str) {
    let text = fitting(text, width(&io::stderr()));
    // Nobody could be told.
    _ = AutoStream::auto(io::stderr().lock()).write_all(text.as_bytes());
}

/// Prints what went wrong to stderr, behind the name of the tool, whatever names there are in it.
pub fn complain(text: &str) {
    tell_named(BAD, text);
}

/// The same for what may be wrong.
pub fn warn(text: &str) {
    tell_named(DOUBTFUL, text);
}

/// The same for what went as it should, and is to be known.
pub fn note(text: &str) {
    tell_named(Style::new(), text);
}

fn tell_named(style: Style, text: &str) {
    let text = printable::lines(text.trim_end());
    tell(&format!("{style}ldshim:{style:#} {text}\n"));
}

/// The columns of a terminal, for lines that are neither too short nor too long to read; `None` if it is no terminal.
pub fn width(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Option<usize> {
    if !stream.is_terminal() {
        return None;
    }
    let (Width(columns), _) = terminal_size_of(stream)?;
    // A terminal that does not know has none.
    (columns > 0).then(|| usize::from(columns).clamp(WIDTHS.0, WIDTHS.1))
}

/// A text whose lines are at most `width` columns wide, but for words that are longer. Words are what stands between spaces, and
/// commands: what stands between backquotes, or behind a colon at the end of a line.
#[must_use]
pub fn fitting(text: &str, width: Option<usize>) -> String {
    let Some(width) = width else {
        return text.to_owned();
    };
    let lines = text.split_inclusive('\n').map(|line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |it| (it, "\n"));
        if display_width(line) <= width {
            line.to_owned() + end
        } else {
            broken(line, width) + end
        }
    });
    lines.collect()
}

fn broken(line: &str, width: usize) -> String {
    let glued = glued(line);
    let plain = strip_str(&glued).to_string();
    let begin = beginning(&plain);
    let longest = plain[begin..].split(' ').map(display_width).max();
    let column = column(&plain, begin).filter(|it| it + longest.unwrap_or(0) <= width);
    let indent = " ".repeat(column.unwrap_or(display_width(&plain[..begin]) + 2));
    let options = Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
        .subsequent_indent(&indent);
    wrap(&glued, options).join("\n").replace(GLUE, " ")
}

/// The line with commands in it as one word each.
fn glued(line: &str) -> String {
    let (prose, last) = match line.rfind(": ldshim ") {
        Some(at) if !line[at..].contains('`') => line.split_at(at + 2),
        _ => (line, ""),
    };
    let mut text = String::new();
    for (number, part) in prose.split('`').enumerate() {
        if number > 0 {
            text.push('`');
        }
        match number % 2 {
            0 => text += part,
            _ => text += &part.replace(' ', GLUE),
        }
    }
    // An option of NixOS, as it is written into a configuration.
    let text = text.replace(" = true;", &format!("{GLUE}={GLUE}true;"));
    text + &last.replace(' ', GLUE)
}

/// How many bytes of a line are its indent, the branches of a tree included.
fn beginning(line: &str) -> usize {
    line.find(|it| !" │├└─".contains(it)).unwrap_or(0)
}

/// Where the second column of a list begins: behind the first gap of two spaces.
fn column(line: &str, begin: usize) -> Option<usize> {
    let gap = begin + line[begin..].find("  ")?;
    let text = gap + line[gap..].find(|it| it != ' ')?;
    Some(display_width(&line[..text]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_below_its_text() {
        let text = "  problem  one two three four\n  ok       five\n";
        assert_eq!(
            fitting(text, Some(20)),
            "  problem  one two\n           three\n           four\n  ok       five\n"
        );
        assert_eq!(fitting("one two three", Some(8)), "one two\n  three");
        assert_eq!(fitting(text, None), text);
    }

    #[test]
    fn commands_and_paths_are_never_broken() {
        let text = "to undo this: ldshim unpin /a/long/path";
        assert_eq!(
            fitting(text, Some(20)),
            "to undo this:\n  ldshim unpin /a/long/path"
        );
        let text = "say `ldshim pin it now` and wait";
        assert_eq!(
            fitting(text, Some(20)),
            "say\n  `ldshim pin it now`\n  and wait"
        );
        let text = "  name     /a/path/that/is/long";
        assert_eq!(fitting(text, Some(20)), "  name\n    /a/path/that/is/long");
    }

    #[test]
    fn colours_have_no_width() {
        let text = format!("{BAD}one{BAD:#} two three");
        assert_eq!(fitting(&text, Some(13)), text);
        assert_eq!(
            fitting(&text, Some(12)),
            format!("{BAD}one{BAD:#} two\n  three")
        );
    }
}
