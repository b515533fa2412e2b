//! `ldshim pin PROGRAM`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::report;
use crate::cli::PinArgs;
use crate::explain::Problem;
use crate::explain::text::{advice, problem_text};
use crate::nix::Nix;
use crate::pin::{self, State};
use crate::printable;
use crate::style::Mark;
use crate::terminal::{complain, note, warn};

mod auto;
mod beside;
pub(super) mod left;
mod locked;
pub(super) mod lookup;
mod of_system;
mod offer_index;
pub(super) mod packages;
pub(super) mod prompt;
pub(super) mod refresh;
pub(super) mod rounds;
mod script;
pub(super) mod target;
mod temporary;
pub(super) mod text;
mod time_limit;
mod today;
mod trial;

use rounds::{Outcome, Rounds, Unclear};
use target::Target;

pub(super) fn run(args: &PinArgs) -> Result<ExitCode> {
    if let (Some(how), Some(identity)) = (args.auto, &args.identity) {
        auto::run(how, identity, &args.program);
        return Ok(ExitCode::SUCCESS);
    }
    pin_program(args).map_err(|error| anyhow!(printable::lines(&format!("{error:#}"))))
}

fn pin_program(args: &PinArgs) -> Result<ExitCode> {
    let target = Target::find(&args.program, args.system)?.loading(&args.modules)?;
    let state = match args.system {
        true => State::of_system(),
        false => State::of_user()?,
    };
    pin::check_conflict(&target.identity, &state)?;
    let done = match &args.lock {
        Some(file) => locked::run(&target, file)?,
        None => chosen(&target, &state, args)?,
    };
    match done {
        Some(done) => finish(&target, &state, args, &done),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Chooses packages; `None` if there is nothing to be written.
fn chosen(target: &Target, state: &State, args: &PinArgs) -> Result<Option<Outcome>> {
    let needs = target.missing()?.needs;
    let name = target.name();
    if needs.is_empty() && args.select.is_empty() {
        ensure!(
            args.force || args.write_lock.is_none(),
            "{name} finds all of its libraries, so there is nothing to lock; to pin the libraries of today, and \
             write a lock of them: --force"
        );
        if !args.force {
            ensure_has_symbols(target)?;
            let has_pin = state.pin(target.identity.short).is_dir();
            report(&text::nothing_missing(target, has_pin))?;
            return Ok(None);
        }
        report(&Mark::Fine.line(&format!("{name} finds all of its libraries")))?;
    }
    if args.system {
        of_system::check_index()?;
    }
    let beside = match args.extra_path.is_empty() {
        true => beside::text(target, &needs),
        false => String::new(),
    };
    let steps = beside + &text::preset(target, &needs)?;
    if !steps.is_empty() {
        // The same with packages comes later.
        let missing = Mark::Wrong.line(&text::missing(&name, &needs));
        report(&(missing + &steps))?;
    }
    let mut rounds = Rounds::new(target, args.select.clone());
    if args.system {
        rounds.again.command += " --system";
    }
    rounds.may_leave = true;
    rounds.offers_index = true;
    rounds.extra_paths = extra_paths(&args.extra_path)?;
    rounds.nixpkgs.clone_from(&args.nixpkgs);
    rounds.is_dry = args.dry_run;
    rounds.unclear = Unclear::of(args.yes);
    rounds.say = report;
    let outcome = rounds.run(needs)?;
    if args.dry_run {
        let left = left::text(&outcome.left);
        if !left.is_empty() {
            complain(left.trim_start());
        }
        return Ok(None);
    }
    Ok(Some(outcome))
}

/// Fails if libraries are there in other versions than the program needs, which only its user can choose.
fn ensure_has_symbols(target: &Target) -> Result<()> {
    let mut problems = target.report.problems.iter();
    let Some(problem) = problems.find(|it| matches!(it, Problem::Symbols(_))) else {
        return Ok(());
    };
    let text = problem_text(&target.report, problem);
    let advice = advice(&target.report, problem).map(|it| format!("\n  {it}"));
    bail!("{text}{}", advice.unwrap_or_default())
}

/// As a pin has them: it is used from any folder.
fn extra_paths(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let whole = |path: &PathBuf| {
        let whole = path.canonicalize();
        whole.with_context(|| format!("cannot search {}", path.display()))
    };
    paths.iter().map(whole).collect()
}

/// Whether packages are there for some libraries, and the program misses nothing but those that no package has.
fn is_in_part(outcome: &Outcome) -> bool {
    let is_left = |problem: &Problem| match problem {
        Problem::Missing { name, .. } => outcome.left.iter().any(|it| name == it.name.as_str()),
        _ => false,
    };
    !outcome.recipe.packages.is_empty() && outcome.report.problems.iter().all(is_left)
}

/// Writes the pin, and the lock.
fn finish(target: &Target, state: &State, args: &PinArgs, outcome: &Outcome) -> Result<ExitCode> {
    let starts = outcome.report.starts();
    if !args.force && !starts && !is_in_part(outcome) {
        bail!(
            "{}{}\nto pin it all the same: ldshim pin --force {}",
            text::still_wrong(target, &outcome.report),
            left::text(&outcome.left),
            printable::shell_word(&target.path)
        );
    }
    if let Ok(missing) = &outcome.missing {
        report(&text::of_modules(missing))?;
    }
    ensure_not_empty(outcome)?;
    if args.system {
        of_system::check(&outcome.recipe)?;
    }
    let written = pin::write(&outcome.recipe, state, &Nix::find()?, args.force || !starts)?;
    for it in &written.notes {
        warn(it);
    }
    if let Some(file) = &args.write_lock {
        let (lock, left_out) = locked::lock_of(target, outcome)?;
        lock.write(file)?;
        for path in left_out {
            note(&format!(
                "not in the lock, because it is not in the Nix store: {}",
                path.display()
            ));
        }
    }
    report(&text::written(target, &written, args.write_lock.as_deref()))?;
    if starts || args.force {
        return Ok(ExitCode::SUCCESS);
    }
    complain(&format!(
        "{}{}\nonce there is a package: ldshim pin {}",
        text::still_wrong(target, &outcome.report),
        left::text(&outcome.left),
        printable::shell_word(&target.path)
    ));
    Ok(ExitCode::FAILURE)
}

fn ensure_not_empty(outcome: &Outcome) -> Result<()> {
    let recipe = &outcome.recipe;
    ensure!(
        !recipe.base.is_empty() || !recipe.packages.is_empty(),
        "cannot pin {}: it uses no library environment today, and so there are no libraries to keep",
        recipe.program.display()
    );
    Ok(())
}
