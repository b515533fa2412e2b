//! The list as text.

use super::Line;
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
            pin.verified.map_or("never".to_owned(), date),
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

/// A number of bytes, with a unit.
fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut units = ["B", "KiB", "MiB", "GiB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    for larger in units {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = larger;
    }
    if unit == "B" {
        format!("{bytes} B")
    } else {
        format!("{value:.1} {unit}")
    }
}

/// The day of a number of seconds since 1970, in UTC: `2026-11-21`.
fn date(seconds: u64) -> String {
    let mut days = seconds / (24 * 60 * 60);
    let mut year = 1970;
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let length = |year| if is_leap(year) { 366 } else { 365 };
    // A damaged file may say anything. No year of five digits is told.
    while days >= length(year) && year < 9999 {
        days -= length(year);
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days.min(30) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        // By `date -u -d @SECONDS`.
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_763_683_200, "2025-11-21"),
            (1_767_225_599, "2025-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), day);
        }
        assert_eq!(date(u64::MAX).len(), 10);
    }

    #[test]
    fn sizes_have_the_unit_that_makes_them_short() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(5 << 40), "5120.0 GiB");
    }
}
