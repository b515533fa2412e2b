//! `ldshim pin PROGRAM`

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail, ensure};

use crate::cli::PinArgs;
use crate::nix::Nix;
use crate::pin::{self, State};
use crate::printable;

mod auto;
mod locked;
pub(super) mod lookup;
mod of_system;
pub(super) mod packages;
pub(super) mod prompt;
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
    pin_program(args).map_err(|error| anyhow!(printable::lines(&format!("{error:#}"))))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints text that has names of files and libraries in it.
fn print(text: &str) -> Result<()> {
    super::print(&printable::lines(text))
}

fn pin_program(args: &PinArgs) -> Result<()> {
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
    if let Some(done) = done {
        finish(&target, &state, args, &done)?;
    }
    Ok(())
}

/// Chooses packages; `None` if there is nothing to be written.
fn chosen(target: &Target, state: &State, args: &PinArgs) -> Result<Option<Outcome>> {
    let needs = target.missing()?.needs;
    let name = target.name();
    if needs.is_empty() && args.select.is_empty() {
        ensure!(
            args.force || args.write_lock.is_none(),
            "{name} misses no library, so there is nothing to be locked; to pin the libraries of today, and \
             write a lock of them: --force"
        );
        if !args.force {
            print(&text::nothing_missing(
                &name,
                state.pin(target.identity.short).is_dir(),
            ))?;
            return Ok(None);
        }
        print(&format!("{name} misses no library\n"))?;
    }
    if args.system {
        of_system::check_index()?;
    }
    let mut rounds = Rounds::new(target, args.select.clone());
    rounds.nixpkgs.clone_from(&args.nixpkgs);
    rounds.is_dry = args.dry_run;
    rounds.unclear = match args.yes {
        true => Unclear::TakeFirst,
        false if prompt::can_ask() => Unclear::Ask,
        false => Unclear::Fail,
    };
    rounds.say = |text| print(text);
    let outcome = rounds.run(needs)?;
    Ok(Some(outcome).filter(|_| !args.dry_run))
}

/// Writes the pin, and the lock.
fn finish(target: &Target, state: &State, args: &PinArgs, outcome: &Outcome) -> Result<()> {
    if !args.force && !outcome.report.starts() {
        bail!(
            "{}\n--force pins it all the same",
            text::still_wrong(target, &outcome.report)
        );
    }
    if let Ok(missing) = &outcome.missing {
        print(&text::of_modules(missing))?;
    }
    ensure_not_empty(outcome)?;
    if args.system {
        of_system::check(&outcome.recipe)?;
    }
    let written = pin::write(&outcome.recipe, state, &Nix::find()?, args.force)?;
    for note in &written.notes {
        eprintln!("ldshim: {}", printable::lines(note));
    }
    if let Some(file) = &args.write_lock {
        let (lock, left_out) = locked::lock_of(target, outcome)?;
        lock.write(file)?;
        for path in left_out {
            eprintln!(
                "ldshim: not in the lock, because it is not in the Nix store: {}",
                printable::lines(&path.display().to_string())
            );
        }
    }
    print(&text::written(target, &written, args.write_lock.as_deref()))
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
