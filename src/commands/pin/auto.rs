//! `ldshim pin --auto`, which the stub starts when a program is started the first time.
//!
//! The program waits meanwhile. So nothing is printed on its stdout, at most one line on stderr
//! unless a user is asked, and there is a limit of time.

use std::io::{self, IsTerminal};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::rounds::{Outcome, Rounds, Unclear};
use super::target::{self, Target};
use super::{prompt, text, time_limit};
use crate::cli::Auto;
use crate::explain::Explainer;
use crate::nix::Nix;
use crate::pin::choice::{Need, needs};
use crate::pin::{self, Mark, State};

/// Never fails: the program is started in any case.
pub(super) fn run(how: Auto, identity: &str, program: &Path) {
    let (Some(path), Ok(state)) = (find(identity, program), State::of_user()) else {
        return;
    };
    let is_asked = how == Auto::Ask && io::stdin().is_terminal() && io::stderr().is_terminal();
    let deadline = time_limit::set(&path);
    match settle(&path, how, is_asked, &state, deadline) {
        Ok(Some(mark)) => settled(&path, &state, mark),
        Ok(None) => {}
        Err(error) => {
            say(&path, &format!("{error:#}"));
            settled(&path, &state, Mark::Failed);
        }
    }
}

/// The program of this identity. A script's path is not that of the program that the stub is in,
/// which is what has started this.
fn find(identity: &str, program: &Path) -> Option<PathBuf> {
    let parent = PathBuf::from(format!("/proc/{}/exe", parent_id()));
    let mut places = [program.to_owned(), parent].into_iter();
    let is_it = |path: &PathBuf| {
        let found = target::identity(path);
        found.is_ok_and(|it| it.short.to_string() == identity)
    };
    places.find(is_it)?.canonicalize().ok()
}

/// What is to be remembered of the program, if there is no pin now.
fn settle(
    path: &Path,
    how: Auto,
    is_asked: bool,
    state: &State,
    deadline: Instant,
) -> Result<Option<Mark>> {
    let settings = target::settings()?;
    let report = Explainer::new(&settings).explain(path)?;
    let missing = needs(&report)?;
    if missing.is_empty() {
        return Ok(Some(Mark::NothingMissing));
    }
    let target = Target::new(report, settings)?;
    if how == Auto::Ask && !is_asked {
        let missing = text::missing(&target.name(), &missing);
        let path = path.display();
        say_line(&format!(
            "{missing}; to find and pin them: ldshim pin {path}"
        ));
        return Ok(None);
    }
    if is_asked {
        let missing = text::missing(&target.name(), &missing);
        let question = format!("{missing}. Find them, and pin the program to them?");
        match prompt::confirm(&question)? {
            Some(true) => {}
            Some(false) => return Ok(Some(Mark::Declined)),
            None => return Ok(None),
        }
    }
    let outcome = choose(&target, missing, is_asked, deadline)?;
    ensure!(
        outcome.report.starts(),
        "{}",
        text::still_wrong(&target, &outcome.report)
    );
    let nix = Nix::find()?.with_deadline(deadline);
    pin::write(&outcome.recipe, state, &nix, false)?;
    let packages = outcome.recipe.packages.iter().map(|it| {
        let name = it.attribute.clone();
        name.unwrap_or_else(|| it.store_path.display().to_string())
    });
    let packages = packages.collect::<Vec<_>>().join(", ");
    say_line(&format!(
        "pinned {} to {packages}; to undo this: ldshim unpin {}",
        target.name(),
        path.display()
    ));
    Ok(None)
}

fn choose(
    target: &Target,
    missing: Vec<Need>,
    is_asked: bool,
    deadline: Instant,
) -> Result<Outcome> {
    let mut rounds = Rounds::new(target, Vec::new());
    rounds.deadline = Some(deadline);
    rounds.is_progress_shown = is_asked;
    if is_asked {
        rounds.unclear = Unclear::Ask;
        rounds.say = |text| {
            eprint!("{text}");
            Ok(())
        };
    }
    rounds.run(missing)
}

/// Remembers, so that the next start need not ask.
fn settled(path: &Path, state: &State, mark: Mark) {
    let identity = target::identity(path);
    let marked = identity.and_then(|it| pin::mark(state, it.short, mark));
    // Where the state cannot be written, as in a read-only home, the next start asks again. That is
    // said only if there is something to be said anyway.
    _ = marked.context("cannot remember this");
}

fn say(path: &Path, message: &str) {
    let name = path.file_name().unwrap_or(path.as_os_str()).display();
    let path = path.display();
    let first = message.lines().next().unwrap_or_default();
    let first = first.trim_end_matches([':', '.']);
    say_line(&format!(
        "no pin for {name}: {first}; to try again: ldshim pin {path}"
    ));
}

/// Prints one line, whatever names there are in the text.
fn say_line(text: &str) {
    eprintln!("ldshim: {}", text.replace(char::is_control, "?"));
}
