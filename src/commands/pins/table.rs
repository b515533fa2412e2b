//! The list as text.

use super::super::size::size;
use super::Line;
use crate::calendar::day;
use crate::pin::{Condition, Content};
use crate::printable;
use crate::style::{Mark, NAME};

const HEADER: [&str; 6] = [
    "identity",
    "libraries",
    "size",
    "verified",
    "state",
    "program",
];

/// What "older" means.
const OLDER: &str = "older: made with an older library environment; `ldshim pin PROGRAM` takes the new one; for all: ldshim pins \
                     --refresh";

/// What to do where store paths are gone.
const PATHS_GONE: &str = "To make those anew whose paths are gone: ldshim pins --refresh";

/// What to do where the garbage collector may take what a pin needs.
const NOT_KEPT: &str = "To keep those again whose paths nothing keeps: ldshim pins --verify";

/// What to do where the real loader misses something, or a pin is damaged.
const TO_MAKE_ANEW: &str = "To make one anew that does not hold, or is damaged: ldshim pin PROGRAM";

/// What to do where programs are gone.
const PROGRAMS_GONE: &str =
    "To remove the pins of programs that are gone or have changed: ldshim pins --prune";

/// A table, what is wrong first, with the reason below each line; then what to do.
pub(super) fn list(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "there are no pins\n".to_owned();
    }
    let mut lines: Vec<_> = lines.iter().collect();
    lines.sort_by_key(|line| rank(line));
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
        let style = mark(line).style();
        let state = format!("  {style}{}{style:#}", row[4]);
        text += &format_row(row, &widths).replacen(&format!("  {}", row[4]), &state, 1);
        for problem in &line.problems {
            text += &Mark::Wrong.line(&printable::line(problem));
        }
        if let Content::Damaged(reason) = &line.entry.content {
            text += &Mark::Doubtful.line(&printable::line(reason));
        }
    }
    let is = |condition| lines.iter().any(|line| line.condition == condition);
    let fails = lines.iter().any(|line| !line.problems.is_empty());
    let steps = [
        (fails || is(Condition::Damaged), TO_MAKE_ANEW),
        (is(Condition::PathsGone), PATHS_GONE),
        (is(Condition::NotKept), NOT_KEPT),
        (
            is(Condition::ProgramGone) || is(Condition::ProgramChanged),
            PROGRAMS_GONE,
        ),
        (lines.iter().any(|line| line.is_older), OLDER),
    ];
    for (_, step) in steps.iter().filter(|it| it.0) {
        text += &Mark::Do.line(step);
    }
    text
}

/// How a pin, or what is in its place, is.
fn mark(line: &Line) -> Mark {
    match line.condition {
        _ if !line.problems.is_empty() => Mark::Wrong,
        // As `ldshim doctor` has them.
        Condition::PathsGone | Condition::NotKept | Condition::Damaged => Mark::Doubtful,
        Condition::Holds if !line.is_older => Mark::Fine,
        Condition::Holds | Condition::ProgramGone | Condition::ProgramChanged => Mark::Known,
        Condition::Marked(_) => Mark::Known,
    }
}

/// What is wrong is listed first, and what is well last.
fn rank(line: &Line) -> u8 {
    match mark(line) {
        Mark::Wrong => 0,
        Mark::Doubtful => 1,
        _ if matches!(line.condition, Condition::Holds | Condition::Marked(_)) => 3,
        _ => 2,
    }
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
