//! `ldshim pin --auto`, which the stub starts when a program is started the first time.
//!
//! The program waits meanwhile. So nothing is printed on its stdout, at most one line on stderr
//! unless a user is asked, and there is a limit of time.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::rounds::{Outcome, Rounds, Unclear};
use super::target::{self, Target};
use super::temporary::Temporary;
use super::{prompt, text, time_limit};
use crate::choice::{Need, needs};
use crate::cli::Auto;
use crate::elf::Class;
use crate::explain::Explainer;
use crate::nix::Nix;
use crate::pin::{self, Mark, State};
use crate::terminal::{complain, tell};
use crate::{presets, printable};

/// Never fails: the program is started in any case.
pub(super) fn run(how: Auto, identity: &str, program: &Path) {
    let (Some(path), Ok(state)) = (find(identity, program), State::of_user()) else {
        return;
    };
    let is_asked = how == Auto::Ask && prompt::can_ask();
    let deadline = time_limit::set(&path);
    let told = told(identity);
    match settle(&path, how, is_asked, &state, deadline, told) {
        Ok(Some(mark)) => settled(&path, &state, mark),
        Ok(None) => {}
        Err(error) => {
            say(&path, &format!("{error:#}"));
            if !error.is::<Temporary>() {
                settled(&path, &state, Mark::Failed);
            }
        }
    }
}

/// What the loader is told by the program's own environment, which is still in the process that waits. The
/// environment of this process has none of it: it would be told to this program's loader.
fn told(identity: &str) -> Vec<(OsString, OsString)> {
    let parent = parent_id();
    match is_it(identity, &executable(parent)) {
        true => target::told_to_loader(parent),
        false => Vec::new(),
    }
}

fn executable(process: u32) -> PathBuf {
    format!("/proc/{process}/exe").into()
}

fn is_it(identity: &str, path: &Path) -> bool {
    target::identity(path).is_ok_and(|it| it.short.to_string() == identity)
}

/// The program of this identity. A script's path is not that of the program that the stub is in,
/// which is what has started this.
fn find(identity: &str, program: &Path) -> Option<PathBuf> {
    let mut places = [program.to_owned(), executable(parent_id())].into_iter();
    places.find(|it| is_it(identity, it))?.canonicalize().ok()
}

/// What is to be remembered of the program, if there is no pin now.
fn settle(
    path: &Path,
    how: Auto,
    is_asked: bool,
    state: &State,
    deadline: Instant,
    told: Vec<(OsString, OsString)>,
) -> Result<Option<Mark>> {
    let mut settings = target::settings()?;
    let by_itself = Explainer::new(&settings).explain(path)?;
    let misses_nothing_by_itself = needs(&by_itself).is_ok_and(|it| it.is_empty());
    settings.environment.extend(told);
    let report = Explainer::new(&settings).explain(path)?;
    let missing = needs(&report)?;
    if missing.is_empty() {
        // Started without its variables, it may miss something.
        return Ok(misses_nothing_by_itself.then_some(Mark::NothingMissing));
    }
    let target = Target::new(report, settings)?;
    if how == Auto::Ask && !is_asked {
        let names = missing.iter().map(|it| OsStr::new(&it.name));
        let is_32_bit = target.architecture()?.class == Class::Bits32;
        let preset = presets::option(names, is_32_bit);
        let preset = preset.map_or_else(String::new, |it| format!("; on NixOS: {it};"));
        let missing = text::missing(&target.name(), &missing);
        let path = printable::shell_word(path);
        say_line(&format!(
            "{missing}; to find and pin them: ldshim pin {path}{preset}"
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
    let nix = Nix::find().map_err(Temporary::from_error)?;
    let nix = nix.with_deadline(deadline);
    // All of it is here: what is in the way is a lock, or a file system.
    pin::write(&outcome.recipe, state, &nix, false).map_err(Temporary::from_error)?;
    let packages = outcome.recipe.packages.iter().map(|it| {
        let name = it.attribute.clone();
        name.unwrap_or_else(|| it.store_path.display().to_string())
    });
    let packages = packages.collect::<Vec<_>>().join(", ");
    say_line(&format!(
        "pinned {} to {packages}; to undo this: ldshim unpin {}",
        target.name(),
        printable::shell_word(path)
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
        rounds.say = |said| {
            tell(said);
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
    let path = printable::shell_word(path);
    let first = message.lines().next().unwrap_or_default();
    let first = first.trim_end_matches([':', '.']);
    say_line(&format!(
        "no pin for {name}: {first}; to try again: ldshim pin {path}"
    ));
}

/// Prints one line, whatever names there are in the text.
fn say_line(text: &str) {
    complain(&printable::line(text));
}
