//! What was decided for a program before, and by whom: its pin, or the mark in the place of one.

use std::fmt::Write as _;

use crate::calendar::day;
use crate::explain::{Dynamic, Kind, Report};
use crate::pin::{self, Content, Entry, Mark, Pin, State};
use crate::printable;
use crate::style::{INDENT, Mark as Line, QUIET};

/// The decisions that are kept for a program, and for what runs a script; nothing if there are none.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    write(&mut text, report);
    match text.is_empty() {
        true => text,
        false => format!("\nwhat was decided before\n{text}"),
    }
}

fn write(text: &mut String, report: &Report) {
    match &report.kind {
        Kind::Dynamic(dynamic) => write_program(text, report, dynamic),
        Kind::Script(_, reports) => reports.iter().for_each(|it| write(text, it)),
        _ => {}
    }
}

fn write_program(text: &mut String, report: &Report, dynamic: &Dynamic) {
    let states = [State::of_user().ok(), Some(State::of_system())];
    for state in states.into_iter().flatten() {
        let Some(entry) = pin::find(&state, dynamic.identity.short) else {
            continue;
        };
        let program = printable::shell_word(&report.path);
        let path = entry.path.display();
        match &entry.content {
            Content::Pin(pin) => write_pin(text, &entry, pin),
            Content::Mark(mark) => {
                let by = meaning(*mark);
                *text += &Line::Known.line(&format!("{}: {by}\n{path}", mark.text()));
                *text += &Line::Do.line(&format!(
                    "to have it looked at again: ldshim unpin {program}"
                ));
            }
            Content::Damaged(reason) => {
                *text += &Line::Wrong.line(&format!("{path}: {reason}"));
                *text += &Line::Do.line(&format!("to make it anew: ldshim pin {program}"));
            }
        }
    }
}

fn write_pin(text: &mut String, entry: &Entry, pin: &Pin) {
    let made = day(pin.created);
    *text += &Line::Known.line(&format!("pinned on {made}\n{}", entry.path.display()));
    for package in &pin.packages {
        let what = match package.libraries.len() {
            0 => "no library of its own".to_owned(),
            _ => package.libraries.join(", "),
        };
        let (path, reason) = (package.store_path.display(), &package.reason);
        let named = match &package.attribute {
            Some(attribute) => format!("{attribute} ({path})"),
            None => path.to_string(),
        };
        _ = writeln!(
            text,
            "{INDENT}{}",
            printable::line(&format!("{what}: from {named}"))
        );
        _ = writeln!(
            text,
            "{INDENT}  {QUIET}because: {}{QUIET:#}",
            printable::line(reason)
        );
    }
}

/// Who has decided what a mark says.
fn meaning(mark: Mark) -> &'static str {
    match mark {
        Mark::NothingMissing => "a start on demand found that no library is missing",
        Mark::Declined => "its user was asked, and wants no pin",
        Mark::Failed => "a start on demand could make no pin",
    }
}
