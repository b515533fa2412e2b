//! Asking again of pins that are there: the stub whether it takes them, and the real loader whether it finds everything.

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::list::{self, Condition, Content, Entry};
use super::state::State;
use super::verify::{Verdict, verify};
use super::{lock, manifest, sweep};
use crate::elf::Architecture;
use crate::explain;
use crate::nix::Nix;

/// What became of an entry.
#[derive(Debug)]
pub struct Rechecked {
    /// The entry.
    pub entry: Entry,
    /// What it is like.
    pub condition: Condition,
    /// What the stub and the real loader say, if they could be asked.
    pub verdict: Option<Verdict>,
}

impl Rechecked {
    /// Whether this is a pin that is of no use.
    #[must_use]
    pub fn fails(&self) -> bool {
        match self.condition {
            Condition::Marked(_) => false,
            Condition::Holds => !self.verdict.as_ref().is_some_and(Verdict::holds),
            _ => true,
        }
    }
}

/// Asks the stub and the real loader about every pin, and notes when it did so. What is not kept is kept again. The second answer says why that could not be
/// noted, as of pins that belong to somebody else.
///
/// # Errors
/// The pins cannot be read.
pub fn recheck(state: &State) -> Result<(Vec<Rechecked>, Option<String>)> {
    if list::all(state)?.is_empty() {
        return Ok((Vec::new(), None));
    }
    let lock = lock::take(state, None);
    let mut not_noted = lock.as_ref().err().map(|error| format!("{error:#}"));
    let mut all = Vec::new();
    for mut entry in list::all(state)? {
        let kept = match (entry.condition(), &lock) {
            (Condition::NotKept, Ok(_)) => keep_again(state, &entry),
            _ => Ok(()),
        };
        let condition = entry.condition();
        let verdict = match (condition, kept) {
            (_, Err(error)) => Some(Verdict::of_problem(&error)),
            (Condition::Holds, _) => Some(ask(&entry, state)?),
            _ => None,
        };
        let holds = verdict.as_ref().is_some_and(Verdict::holds);
        if let (true, true, Content::Pin(pin)) = (holds, lock.is_ok(), &mut entry.content) {
            pin.set_verified();
            let noted = pin.write(&entry.path);
            not_noted = not_noted.or(noted.err().map(|error| format!("{error:#}")));
        }
        all.push(Rechecked {
            entry,
            condition,
            verdict,
        });
    }
    Ok((all, not_noted))
}

fn ask(entry: &Entry, state: &State) -> Result<Verdict> {
    let Content::Pin(pin) = &entry.content else {
        return Ok(Verdict { problems: vec![] });
    };
    let mut all = Architecture::ALL.into_iter();
    let architecture = all
        .find(|it| it.nix_system == pin.system)
        .with_context(|| format!("{} is for {}", entry.path.display(), pin.system))?;
    // Any copy of it will do.
    let program = pin.programs_left(entry.identity).next();
    let program = program.unwrap_or(&pin.program);
    if program.contains(char::REPLACEMENT_CHARACTER) {
        let error = anyhow!("cannot ask the real loader: the program's path is not UTF-8");
        return Ok(Verdict::of_problem(&error));
    }
    let program = Path::new(program);
    if let Err(reason) = explain::would_be_taken(program, &entry.path, state.is_of_system()) {
        return Ok(Verdict::of_problem(&reason));
    }
    match verify(program, &entry.path, architecture) {
        Ok(verdict) => Ok(verdict),
        Err(error) => Ok(Verdict::of_problem(&error)),
    }
}

/// Makes a root for a pin that has none any more. What is left of the older one is to be swept.
fn keep_again(state: &State, entry: &Entry) -> Result<()> {
    manifest::keep_again(state, entry.identity, &entry.path, &Nix::find()?)?;
    sweep::sweep(state)?;
    Ok(())
}
