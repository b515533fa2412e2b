//! The list as JSON: `docs/pin-json.md` describes it.

use serde_json::{Value, json};

use super::Line;
use crate::pin::{Condition, Content, State};

/// Counts up if a field goes or changes its meaning.
const SCHEMA: u32 = 1;

pub(super) fn list(state: &State, lines: &[Line]) -> Value {
    json!({
        "schema": SCHEMA,
        "directory": state.pins().to_string_lossy(),
        "pins": lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn line(line: &Line) -> Value {
    let (pin, damage) = match &line.entry.content {
        Content::Pin(pin) => (serde_json::to_value(pin).unwrap_or_default(), None),
        Content::Mark(_) => (Value::Null, None),
        Content::Damaged(reason) => (Value::Null, Some(reason)),
    };
    json!({
        "identity": line.entry.identity.to_string(),
        "path": line.entry.path.to_string_lossy(),
        "state": if line.problems.is_empty() { code(line.condition) } else { "does-not-hold" },
        "older": line.is_older,
        "problems": line.problems.iter().chain(damage).collect::<Vec<_>>(),
        "pin": pin,
    })
}

fn code(condition: Condition) -> &'static str {
    match condition {
        Condition::Holds => "holds",
        Condition::ProgramGone => "program-gone",
        Condition::ProgramChanged => "program-changed",
        Condition::PathsGone => "paths-gone",
        Condition::NotKept => "not-kept",
        Condition::Marked(mark) => mark.text(),
        Condition::Damaged => "damaged",
    }
}
