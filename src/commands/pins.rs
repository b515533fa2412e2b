//! `ldshim pins [--json] [--verify] [--prune] [--system]`

use std::process::ExitCode;

use anyhow::Result;

use super::print;
use crate::cli::PinsArgs;
use crate::pin::{self, Rechecked, Removed, State};

mod json;
mod table;

/// One line of the list.
struct Line {
    entry: pin::Entry,
    condition: pin::Condition,
    /// What the real loader misses, if it was asked.
    problems: Vec<String>,
}

pub(super) fn run(args: &PinsArgs) -> Result<ExitCode> {
    let state = state(args.system)?;
    if args.prune {
        prune(&state)?;
    }
    let mut status = ExitCode::SUCCESS;
    let lines: Vec<_> = if args.verify {
        let (rechecked, not_noted) = pin::recheck(&state)?;
        if let Some(reason) = not_noted {
            eprintln!("ldshim: cannot note that pins were verified: {reason}");
        }
        if rechecked.iter().any(Rechecked::fails) {
            status = ExitCode::FAILURE;
        }
        rechecked.into_iter().map(Line::from).collect()
    } else {
        pin::all(&state)?.into_iter().map(Line::from).collect()
    };
    print(&if args.json {
        format!("{:#}\n", json::list(&state, &lines))
    } else {
        table::list(&lines)
    })?;
    Ok(status)
}

/// Where pins are to be looked for.
pub(super) fn state(is_system: bool) -> Result<State> {
    if is_system {
        Ok(State::of_system())
    } else {
        State::of_user()
    }
}

/// Says what is removed on stderr, for stdout has the list.
fn prune(state: &State) -> Result<()> {
    let pruned = pin::prune(state)?;
    for removed in &pruned.entries {
        eprintln!("ldshim: removed {}", name(removed));
    }
    if pruned.leftovers > 0 {
        eprintln!(
            "ldshim: removed what was left over by {} steps that were not finished",
            pruned.leftovers
        );
    }
    Ok(())
}

/// What was removed, in a few words.
pub(super) fn name(removed: &Removed) -> String {
    let identity = removed.entry.identity;
    match &removed.entry.content {
        pin::Content::Pin(pin) => format!(
            "the pin of {} ({})",
            pin.program,
            table::state(removed.condition)
        ),
        pin::Content::Mark(mark) => format!("the mark {} of {identity}", mark.text()),
        pin::Content::Damaged(reason) => format!("the pin {identity}: {reason}"),
    }
}

impl From<pin::Entry> for Line {
    fn from(entry: pin::Entry) -> Self {
        Self {
            condition: entry.condition(),
            entry,
            problems: Vec::new(),
        }
    }
}

impl From<Rechecked> for Line {
    fn from(rechecked: Rechecked) -> Self {
        Self {
            entry: rechecked.entry,
            condition: rechecked.condition,
            problems: rechecked.verdict.map_or(Vec::new(), |it| it.problems),
        }
    }
}
