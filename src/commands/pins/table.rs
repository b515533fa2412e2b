//! The list as text.

use super::super::size::size;
use super::Line;
use crate::calendar::day;
use crate::pin::{Condition, Content};
use crate::printable;
use crate::style::{BAD, GOOD, NAME};

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
older: made with an older library environment; `ldshim pin PROGRAM` takes the new one; for all: ldshim pins --refresh
";

/// What to do where store paths are gone.
const PATHS_GONE: &str = "To make those anew whose paths are gone: ldshim pins --refresh\n";

/// What to do where programs are gone.
const PROGRAMS_GONE: &str =
    "To remove the pins of programs that are gone or have changed: ldshim pins --prune\n";

/// A table, what is wrong first, with the reason below each line; then what to do.
pub(super) fn list(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "there are no pins\n".to_owned();
    }
    let mut lines: Vec<_> = lines.iter().collect();
    lines.sort_by_key(|line| is_well(line));
    let rows: Vec<_> = lines.iter().map(|line| row(line)).collect();
    let mut widths = HEADER.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.len());
        }
    }
    let header = format_row(&HEADER.map(str::to_owned), &widths);
    let mut text = format!("{NAME}{}{NAME:#}\n", header.trim_end());
    for (row, line) in rows.iter().zip(&lines) {
        let style = if is_well(line) { GOOD } else { BAD };
        let state = format!("  {style}{}{style:#}", row[4]);
        text += &format_row(row, &widths).replacen(&format!("  {}", row[4]), &state, 1);
        for problem in &line.problems {
            text += &format!("  {}\n", printable::line(problem));
        }
        if let Content::Damaged(reason) = &line.entry.content {
            text += &format!("  {}\n", printable::line(reason));
        }
    }
    if lines.iter().any(|line| line.is_older) {
        text += OLDER;
    }
    let is = |condition| lines.iter().any(|line| line.condition == condition);
    if is(Condition::PathsGone) {
        text += PATHS_GONE;
    }
    if is(Condition::ProgramGone) || is(Condition::ProgramChanged) {
        text += PROGRAMS_GONE;
    }
    text
}

/// Whether a pin, or a mark, is of use as it is.
fn is_well(line: &Line) -> bool {
    let is_well = matches!(line.condition, Condition::Holds | Condition::Marked(_));
    is_well && line.problems.is_empty()
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
            printable::line(&pin.program),
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
