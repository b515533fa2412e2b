//! What a program misses when it is started the first time on a host like NixOS: found, got and pinned, as by `ldshim pin`.
//!
//! Whoever is on a terminal is asked what is to be asked. Elsewhere nothing is got that nobody has agreed to, and the commands are
//! told that do it. All that is said goes to stderr: stdout is the program's.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::libraries::Libraries;
use super::program::{NotStarted, Program};
use crate::choice::{Need, needs};
use crate::cli::RunArgs;
use crate::commands::pin::rounds::{Outcome, Rounds, Unclear};
use crate::commands::pin::target::{self, Target};
use crate::commands::pin::{left, text};
use crate::drivers::is_driver_library;
use crate::explain::{Explainer, Settings};
use crate::index::Index;
use crate::launcher::{self, Script};
use crate::library_env::LOADER_NAME;
use crate::nix::Nix;
use crate::pin::{self, MANIFEST, State};
use crate::printable;
use crate::style::Mark;
use crate::terminal::{tell, warn};

/// Sees to it that the program has its libraries. What it is to be given in the place of `libraries`, if that is not what
/// its pin is for.
///
/// # Errors
/// It misses libraries, and does not get them.
pub(super) fn provide(
    args: &RunArgs,
    program: &Program,
    libraries: &Libraries,
    stub: &Path,
) -> Result<Option<Libraries>> {
    let settings = settings(libraries, stub)?;
    let mut given = None;
    for path in programs(program, &settings) {
        // What cannot be explained, or has no pin, fails in a moment or does not: that is not for this to say.
        let Ok(identity) = target::identity(&path) else {
            continue;
        };
        let place = State::of_user().map(|state| state.pin(identity.short)).ok();
        let pin = place.filter(|it| it.join(MANIFEST).exists());
        let pin = match pin {
            Some(pin) => Some(pin),
            None => match missing(&path, &settings) {
                Some((target, needs)) if args.once => {
                    ensure!(
                        given.is_none(),
                        "cannot start {} with --once: it starts more than one program that lacks libraries",
                        program.path.display()
                    );
                    let outcome = get(args, &target?, needs)?;
                    let (env, _) = pin::environment(&outcome.recipe)?;
                    given = Some(Libraries::Once(Box::new(env)));
                    None
                }
                Some((target, needs)) => Some(get_and_pin(args, &target?, needs)?),
                None => None,
            },
        };
        // An isolated program has an empty home, and so no pin.
        if let (true, Some(directory)) = (args.isolate, pin) {
            let host_root = Path::new("/");
            given = Some(Libraries::Env {
                directory,
                host_root,
            });
        }
    }
    Ok(given)
}

/// As the program would be started, if it had no pin.
fn settings(libraries: &Libraries, stub: &Path) -> Result<Settings> {
    let mut settings = target::settings()?;
    settings.stub = Some(stub.to_owned());
    if let Libraries::Env { directory, .. } = libraries {
        settings.loader = Some(directory.join(LOADER_NAME).into());
        settings.library_path = Some(directory.into());
    }
    Ok(settings)
}

/// The program itself; in the place of a script, what it starts.
fn programs(program: &Program, settings: &Settings) -> Vec<PathBuf> {
    if program.interpreter.is_some() {
        return vec![program.file.clone()];
    }
    match launcher::look(&program.file, &settings.environment) {
        Ok(Script::Shell(launch)) => launch.programs,
        _ => Vec::new(),
    }
}

/// What a program misses beside what is the graphics driver's own; nothing if it misses nothing, or is none that can be pinned.
fn missing(path: &Path, settings: &Settings) -> Option<(Result<Target>, Vec<Need>)> {
    let report = Explainer::new(settings).explain(path).ok()?;
    let mut needs = needs(&report).ok()?;
    needs.retain(|it| !is_driver_library(&it.name));
    (!needs.is_empty()).then(|| (Target::new(report, settings.clone()), needs))
}

fn get_and_pin(args: &RunArgs, target: &Target, needs: Vec<Need>) -> Result<PathBuf> {
    let state = State::of_user()?;
    pin::check_conflict(&target.identity, &state)?;
    let outcome = get(args, target, needs)?;
    let written = pin::write(&outcome.recipe, &state, &Nix::find()?, false);
    let written =
        written.context("cannot keep what was got (--once starts the program without that)")?;
    written.notes.iter().for_each(|it| warn(it));
    tell(&text::pinned(target));
    Ok(written.directory)
}

/// Chooses packages for all that is missing, and gets them.
fn get(args: &RunArgs, target: &Target, needs: Vec<Need>) -> Result<Outcome> {
    let unclear = Unclear::of(args.yes);
    // Who is not asked is told with the packages.
    if unclear != Unclear::TakeFirst {
        let said = Mark::Wrong.line(&text::missing(&target.name(), &needs));
        tell(&(said + &text::preset(target, &needs)?));
    }
    if unclear == Unclear::Fail {
        would_need(target, needs);
        bail!(NotStarted::Lacking(format!(
            "{} was not started; to get what is missing and start it: {}",
            target.name(),
            with_yes(args)
        )));
    }
    let mut rounds = Rounds::new(target, Vec::new());
    rounds.may_leave = true;
    rounds.unclear = unclear;
    rounds.offers_index = true;
    rounds.say = |text| {
        tell(text);
        Ok(())
    };
    let outcome = rounds.run(needs)?;
    if !outcome.report.starts() {
        let text = text::still_wrong(target, &outcome.report) + &left::text(&outcome.left);
        bail!(NotStarted::Lacking(text));
    }
    Ok(outcome)
}

/// Says which packages it would need, as far as that is known.
fn would_need(target: &Target, needs: Vec<Need>) {
    if !matches!(Index::open_default(), Ok(Some(_))) {
        tell(&Mark::Do.line(
            "There is no index yet that says which packages have that. To get one (48 MB, once): ldshim index update",
        ));
        return;
    }
    let mut rounds = Rounds::new(target, Vec::new());
    rounds.is_dry = true;
    rounds.may_leave = true;
    rounds.unclear = Unclear::TakeFirst;
    rounds.say = |text| {
        tell(text);
        Ok(())
    };
    if let Err(error) = rounds.run(needs) {
        tell(&Mark::Wrong.line(&format!("{error:#}")));
    }
}

/// The same command, by a user who agrees.
fn with_yes(args: &RunArgs) -> String {
    let mut all = vec!["ldshim run --yes".to_owned()];
    all.extend(args.once.then(|| "--once".to_owned()));
    all.extend(args.isolate.then(|| "--isolate".to_owned()));
    for path in &args.show {
        all.push(format!("--show {}", printable::shell_word(path)));
    }
    let words = args.command.iter();
    all.extend(words.map(printable::shell_word));
    all.join(" ")
}
