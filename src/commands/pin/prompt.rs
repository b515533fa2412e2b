//! Questions on the terminal. They are written to stderr.

use anyhow::{Context, Result, bail};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{Confirm, FuzzySelect};

use crate::pin::choice::{Candidate, Choice, Selection};

/// At most so many packages are shown at once.
const LINES: usize = 12;

/// Asks which package is to give a library. Typing narrows the list.
pub(super) fn ask(choice: &Choice) -> Result<Selection> {
    let name = &choice.need.name;
    // Those that are worse are listed too: whoever is asked may know better.
    let candidates: Vec<_> = std::iter::once(&choice.candidate)
        .chain(&choice.others)
        .collect();
    let question = format!("Which package is to give {name}? (type to search, Esc to stop)");
    let answer = FuzzySelect::with_theme(&*theme())
        .with_prompt(question)
        .items(candidates.iter().map(ToString::to_string))
        .default(0)
        .max_length(LINES)
        .interact_opt()
        .context("cannot ask on this terminal; decide with --select or --yes")?;
    let Some(number) = answer else {
        bail!("stopped; nothing was pinned");
    };
    Ok(Selection {
        name: name.clone(),
        package: exact_name(candidates[number]),
    })
}

/// Asks a question that has yes or no for an answer; none if the user wants to go on without one.
pub(super) fn confirm(question: &str) -> Result<Option<bool>> {
    Confirm::with_theme(&*theme())
        .with_prompt(question)
        .default(true)
        .interact_opt()
        .context("cannot ask on this terminal")
}

/// The name that means this package and no other one.
fn exact_name(candidate: &Candidate) -> String {
    match &candidate.store_path {
        Some(path) => path.display().to_string(),
        None => candidate.name(),
    }
}

fn theme() -> Box<dyn Theme> {
    match dialoguer::console::colors_enabled_stderr() {
        true => Box::new(ColorfulTheme::default()),
        false => Box::new(SimpleTheme),
    }
}
