//! The list as text.

use super::super::size::size;
use super::Line;
use crate::calendar::day;
use crate::pin::{Condition, Content};

const HEADER: [&str; 6] = [
    "identity",
    "libraries",
    "size",
    "verified",
    "state",
    "program",
];

/// What "older" means.
const OLDER: &str = "\
older: made with an older library environment; `ldshim pin PROGRAM` takes the new one, `ldshim pins --refresh` for all
";

/// A table, with what is wrong below each line. It is empty if there is nothing.
pub(super) fn list(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "there are no pins\n".to_owned();
    }
    let rows: Vec<_> = lines.iter().map(row).collect();
    let mut widths = HEADER.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.len());
        }
    }
    let mut text = format_row(&HEADER.map(str::to_owned), &widths);
    for (row, line) in rows.iter().zip(lines) {
        text += &format_row(row, &widths);
        for problem in &line.problems {
            text += &format!("  {problem}\n");
        }
        if let Content::Damaged(reason) = &line.entry.content {
            text += &format!("  {reason}\n");
        }
    }
    if lines.iter().any(|line| line.is_older) {
        text += OLDER;
    }
    text
}

fn format_row(row: &[String; 6], widths: &[usize; 6]) -> String {
    let mut text = String::new();
    for (number, (cell, width)) in row.iter().zip(widths).enumerate() {
        // Numbers to the right.
        text += &match number {
            1 | 2 => format!("{cell:>width$}  "),
            _ => format!("{cell:width$}  "),
        };
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn row(line: &Line) -> [String; 6] {
    let identity = line.entry.identity.to_string();
    let state = if line.problems.is_empty() {
        state(line.condition)
    } else {
        "does not hold"
    };
    let state = match line.is_older {
        true => format!("{state}, older"),
        false => state.to_owned(),
    };
    let none = String::new;
    match &line.entry.content {
        Content::Pin(pin) => [
            identity,
            pin.libraries.to_string(),
            size(pin.closure_size),
            pin.verified.map_or("never".to_owned(), day),
            state,
            pin.program.clone(),
        ],
        _ => [identity, none(), none(), none(), state, none()],
    }
}

/// A condition in a word or two.
pub(super) fn state(condition: Condition) -> &'static str {
    match condition {
        Condition::Holds => "holds",
        Condition::ProgramGone => "program gone",
        Condition::ProgramChanged => "program changed",
        Condition::PathsGone => "paths gone",
        Condition::NotKept => "not kept",
        Condition::Marked(mark) => mark.text(),
        Condition::Damaged => "damaged",
    }
}
