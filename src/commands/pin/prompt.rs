//! Questions on the terminal. They are written to stderr.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result};
use dialoguer::console::{Term, colors_enabled_stderr};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, FuzzySelect};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::unistd::{getpgrp, tcgetpgrp};

use super::temporary::Temporary;
use crate::choice::{Candidate, Choice, Selection};
use crate::interrupt;
use crate::printable;

/// At most so many packages are shown at once.
const LINES: usize = 12;

/// Whether there is somebody to be asked: on a terminal, and in its foreground.
pub(in crate::commands) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal() && !is_in_background()
}

/// Whether the kernel would stop this process if it read from its terminal, or changed how that works (SIGTTIN,
/// SIGTTOU). A terminal that does not control this process, for which the call fails, stops nobody.
pub(super) fn is_in_background() -> bool {
    tcgetpgrp(io::stdin()).is_ok_and(|it| it != getpgrp())
}

/// Asks which package is to give a library. Typing narrows the list.
pub(in crate::commands) fn ask(choice: &Choice) -> Result<Selection> {
    let name = &choice.need.name;
    // Those that are worse are listed too: whoever is asked may know better.
    let candidates: Vec<_> = std::iter::once(&choice.candidate)
        .chain(&choice.others)
        .collect();
    let shown = printable::lines(name);
    let question = format!("Which package is to give {shown}? (type to search, Esc to stop)");
    let theme = theme();
    let prompt = FuzzySelect::with_theme(&*theme)
        .with_prompt(question)
        .items(candidates.iter().map(|it| printable::lines(&label(it))))
        .default(0)
        .max_length(LINES);
    let answer = match with_cursor_restored(|| prompt.interact_opt()) {
        // Ctrl-C, where the interrupt that it sends is ignored.
        Err(error) if is_interruption(&error) => None,
        answer => answer.context("cannot ask on this terminal; decide with --select or --yes")?,
    };
    let Some(number) = answer else {
        return Err(Temporary::new("stopped; nothing was pinned").into());
    };
    Ok(Selection {
        name: name.clone(),
        package: exact_name(candidates[number]),
    })
}

/// Asks a question that has yes or no for an answer; none if the user wants to go on without one.
pub(super) fn confirm(question: &str) -> Result<Option<bool>> {
    let theme = theme();
    let prompt = Confirm::with_theme(&*theme)
        .with_prompt(printable::lines(question))
        .default(true);
    with_cursor_restored(|| prompt.interact_opt()).context("cannot ask on this terminal")
}

/// A prompt hides the cursor. Ctrl-C ends this process, but not before the cursor is back.
fn with_cursor_restored<T>(ask: impl FnOnce() -> dialoguer::Result<T>) -> Result<T> {
    let mut interrupt = SigSet::empty();
    interrupt.add(Signal::SIGINT);
    let before = interrupt.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let answer = ask();
    Term::stderr().show_cursor()?;
    before.thread_set_mask()?;
    let answer = answer.map_err(anyhow::Error::from);
    if answer.as_ref().is_err_and(is_interruption) {
        // The signal is this thread's, and waits on where it waited before.
        interrupt::interrupted();
    }
    answer
}

fn is_interruption(error: &anyhow::Error) -> bool {
    let dialoguer::Error::IO(error) = match error.downcast_ref() {
        Some(error) => error,
        None => return false,
    };
    error.kind() == io::ErrorKind::Interrupted
}

/// A package in few words, for searching: the hash of a store path would match anything.
fn label(candidate: &Candidate) -> String {
    let name = candidate.attribute_name();
    let software = candidate.software_name();
    match (name, software) {
        (Some(name), Some(software)) => format!("{name} ({software})"),
        (None, Some(software)) => format!("{software} (a store path)"),
        _ => candidate.to_string(),
    }
}

/// The name that means this package and no other one.
fn exact_name(candidate: &Candidate) -> String {
    match &candidate.store_path {
        Some(path) => path.display().to_string(),
        None => candidate.name(),
    }
}

fn theme() -> Box<dyn Theme> {
    match colors_enabled_stderr() {
        true => Box::new(ColorfulTheme::default()),
        false => Box::new(SimpleTheme),
    }
}
