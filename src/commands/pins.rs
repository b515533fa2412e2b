//! `ldshim pins [--json] [--verify] [--prune] [--refresh] [--system]`

use std::process::ExitCode;

use anyhow::Result;

use super::pin::refresh::refresh as renew;
use super::{print, report};
use crate::cli::PinsArgs;
use crate::pin::{self, Rechecked, Removed, State};
use crate::terminal::{complain, note};

mod json;
mod table;

/// One line of the list.
struct Line {
    entry: pin::Entry,
    condition: pin::Condition,
    /// Whether it is a pin made with an older library environment.
    is_older: bool,
    /// What the real loader misses, if it was asked.
    problems: Vec<String>,
}

pub(super) fn run(args: &PinsArgs) -> Result<ExitCode> {
    let state = state(args.system)?;
    if args.prune {
        prune(&state)?;
    }
    let mut status = ExitCode::SUCCESS;
    if args.refresh && !refresh(&state)? {
        status = ExitCode::FAILURE;
    }
    let lines: Vec<_> = if args.verify {
        let (rechecked, not_noted) = pin::recheck(&state)?;
        if let Some(reason) = not_noted {
            complain(&format!("cannot note that pins were verified: {reason}"));
        }
        if rechecked.iter().any(Rechecked::fails) {
            status = ExitCode::FAILURE;
        }
        rechecked.into_iter().map(Line::from).collect()
    } else {
        pin::all(&state)?.into_iter().map(Line::from).collect()
    };
    if args.json {
        print(&format!("{:#}\n", json::list(&state, &lines)))?;
    } else {
        report(&table::list(&lines))?;
    }
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
        note(&format!("removed {}", name(removed)));
    }
    if pruned.leftovers > 0 {
        note(&format!(
            "removed what was left over by {} steps that were not finished",
            pruned.leftovers
        ));
    }
    Ok(())
}

/// Makes pins anew that can be and need be. What is said of each goes to stdout, as by `ldshim pin`.
fn refresh(state: &State) -> Result<bool> {
    let mut all_renewed = true;
    for entry in pin::all(state)? {
        let pin::Content::Pin(pin) = &entry.content else {
            continue;
        };
        let is_gone = entry.condition() == pin::Condition::PathsGone;
        let program = pin.programs_left(entry.identity).next();
        let (true, Some(program)) = (is_gone || entry.is_older(), program) else {
            continue;
        };
        if let Err(error) = renew(pin, program, state.is_of_system()) {
            complain(&format!("{error:#}"));
            all_renewed = false;
        }
    }
    Ok(all_renewed)
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
            is_older: entry.is_older(),
            entry,
            problems: Vec::new(),
        }
    }
}

impl From<Rechecked> for Line {
    fn from(rechecked: Rechecked) -> Self {
        Self {
            is_older: rechecked.entry.is_older(),
            entry: rechecked.entry,
            condition: rechecked.condition,
            problems: rechecked.verdict.map_or(Vec::new(), |it| it.problems),
        }
    }
}
