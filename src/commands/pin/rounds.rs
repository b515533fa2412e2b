//! Choose, get, look again: a library that comes in may miss others.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::left::Left;
use super::lookup::{self, LIBC, Store};
use super::packages::{self, Had};
use super::target::Target;
use super::temporary::Temporary;
use super::today::Today;
use super::trial::Trial;
use super::{prompt, text};
use crate::choice::{Choice, Choices, Knowledge, Need, Selection, choose, is_part_of_glibc, needs};
use crate::explain::{Kind, Report};
use crate::index::{HOW_TO_GET_ONE, Index};
use crate::nix::Nix;
use crate::pin::{self, Recipe};

/// More often than this nothing is looked for: it would be a circle.
const MOST_ROUNDS: usize = 10;

/// What to do where several packages are as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unclear {
    /// Ask on the terminal.
    Ask,
    /// Take the first.
    TakeFirst,
    /// Give up, and say which there are.
    Fail,
}

/// How packages are chosen for a program.
pub(super) struct Rounds<'a> {
    target: &'a Target,
    selections: Vec<Selection>,
    /// Of which nixpkgs packages are built.
    pub(super) nixpkgs: Option<String>,
    /// Whether nothing may be changed.
    pub(super) is_dry: bool,
    /// Where several are as good.
    pub(super) unclear: Unclear,
    /// When Nix is stopped, if ever.
    pub(super) deadline: Option<Instant>,
    /// Whether Nix shows what it does.
    pub(super) is_progress_shown: bool,
    /// Prints text for the user.
    pub(super) say: fn(&str) -> Result<()>,
    /// Directories that the pin searches first, beside those of today.
    pub(super) extra_paths: Vec<PathBuf>,
    /// Whether to go on without the libraries that no package has.
    pub(super) may_leave: bool,
    left: Vec<Left>,
}

/// What came out.
pub(super) struct Outcome {
    /// What the pin would hold.
    pub(super) recipe: Recipe,
    /// What would happen to the program then.
    pub(super) report: Report,
    /// The libraries that the program would get from the pin: names and files.
    pub(super) used: Vec<(String, PathBuf)>,
    /// The libraries that no package has.
    pub(super) left: Vec<Left>,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(target: &'a Target, selections: Vec<Selection>) -> Self {
        Self {
            target,
            selections,
            nixpkgs: None,
            is_dry: false,
            unclear: Unclear::Fail,
            deadline: None,
            is_progress_shown: true,
            say: |_| Ok(()),
            extra_paths: Vec::new(),
            may_leave: false,
            left: Vec::new(),
        }
    }

    /// Goes on until nothing is missing, or nothing more can be done; then the report says what is
    /// missing.
    pub(super) fn run(mut self, needs_today: Vec<Need>) -> Result<Outcome> {
        let target = self.target;
        let mut today = Today::of(target)?;
        for path in &self.extra_paths {
            if !today.extra_paths.contains(path) {
                today.extra_paths.push(path.clone());
            }
        }
        let index = Index::open_default()?;
        let revision = index.as_ref().and_then(Index::revision);
        // Another nixpkgs has another revision, which nobody tells.
        let revision = revision.filter(|_| self.nixpkgs.is_none());
        let mut chosen: Vec<Had> = Vec::new();
        let mut needs_now = self.with_selected(needs_today);
        let mut outcome = self.try_out(&today, &chosen, revision)?;
        if !self.extra_paths.is_empty() {
            needs_now = self.with_selected(needs(&outcome.report)?);
        }
        for round in 0..MOST_ROUNDS {
            if needs_now.is_empty() {
                break;
            }
            let choices = self.decide(&needs_now, index.as_ref(), &outcome.report, &chosen)?;
            (self.say)(&text::choices(&target.name(), &choices, round))?;
            if self.is_dry && !choices.iter().all(is_here) {
                (self.say)(text::MORE_LATER)?;
                break;
            }
            for had in self.get(choices, revision)? {
                chosen.retain(|it| it.choice.need.name != had.choice.need.name);
                chosen.push(had);
            }
            outcome = self.try_out(&today, &chosen, revision)?;
            let operation = || format!("{} would not start with these", target.name());
            needs_now = needs(&outcome.report).with_context(operation)?;
            needs_now.retain(|need| !self.left.iter().any(|it| it.name == need.name));
            // What was brought and is still not found stays so, whatever else is brought.
            let is_hopeless = |need: &Need| {
                let is_selected = self.selections.iter().any(|it| it.name == need.name);
                let is_chosen = chosen.iter().any(|it| it.choice.need.name == need.name);
                is_chosen && (is_selected || need.lacking.is_empty())
            };
            if needs_now.iter().any(is_hopeless) {
                break;
            }
        }
        (self.say)(&text::may_load(&outcome.report))?;
        outcome.left = self.left;
        Ok(outcome)
    }

    fn nix(&self) -> Result<Nix> {
        let nix = Nix::find().map_err(Temporary::from_error)?;
        Ok(match self.deadline {
            Some(deadline) => nix.with_deadline(deadline),
            None => nix,
        })
    }

    /// Adds what a user wants and the program does not seem to miss.
    fn with_selected(&self, mut needs: Vec<Need>) -> Vec<Need> {
        for selection in &self.selections {
            let name = &selection.name;
            if name != LIBC && !needs.iter().any(|it| it.name == *name) {
                needs.push(Need {
                    name: name.clone(),
                    ..Need::default()
                });
            }
        }
        let is_libc = |name: &String| name == LIBC;
        let is_selected = self.selections.iter().any(|it| is_libc(&it.name));
        if is_selected && !needs.iter().any(|it| is_part_of_glibc(&it.name)) {
            needs.push(Need {
                name: LIBC.into(),
                ..Need::default()
            });
        }
        needs
    }

    fn try_out(&self, today: &Today, chosen: &[Had], revision: Option<&str>) -> Result<Outcome> {
        let recipe = packages::recipe(self.target, today, chosen, revision)?;
        let (report, used) = match pin::environment(&recipe) {
            Ok((env, _)) => {
                let trial = Trial::of(self.target, &env)?;
                (trial.report, trial.used)
            }
            // There is no library yet, and so no library environment.
            Err(_) if chosen.is_empty() => (self.target.explain_again()?, Vec::new()),
            Err(error) => return Err(error),
        };
        Ok(Outcome {
            recipe,
            report,
            used,
            left: Vec::new(),
        })
    }

    /// Chooses; asks if that is what to do.
    fn decide(
        &mut self,
        needs: &[Need],
        index: Option<&Index>,
        report: &Report,
        chosen: &[Had],
    ) -> Result<Choices> {
        let has_glibc = needs.iter().any(|it| is_part_of_glibc(&it.name));
        let names = needs.iter().map(|it| it.name.clone());
        let names = names.chain(has_glibc.then(|| LIBC.to_owned()));
        let architecture = self.target.architecture()?;
        let mut providers = lookup::providers(index, names, architecture)?;
        if let Some(known) = providers.get_mut(LIBC) {
            known.extend(lookup::glibcs_beside(report));
        }
        let is_selected = |name: &str| self.selections.iter().any(|it| it.name == name);
        let is_unknown = |need: &&Need| {
            let is_part = is_part_of_glibc(&need.name) && !need.lacking.is_empty();
            let name = if is_part { LIBC } else { &need.name };
            !is_selected(name) && providers.get(name).is_none_or(Vec::is_empty)
        };
        if index.is_none() && needs.iter().any(|it| is_unknown(&it)) {
            let missing = text::missing(&self.target.name(), needs);
            let told = format!("{missing}, and no index says who has that\n{HOW_TO_GET_ONE}");
            return Err(Temporary::new(told).into());
        }
        let earlier: Vec<_> = chosen
            .iter()
            .map(|it| it.choice.candidate.clone())
            .collect();
        let (glibc, glibc_package) = glibc_of(report);
        let store = Store::new(self.nix().ok());
        let mut needs = needs.to_vec();
        loop {
            let choices = choose(
                &needs,
                &Knowledge {
                    providers: &providers,
                    selections: &self.selections,
                    chosen: &earlier,
                    facts: &store,
                    glibc,
                    glibc_package: glibc_package.clone(),
                },
            );
            if let Err(error) = &choices
                && self.may_leave
                && lookup::is_of_system(index, architecture)
                && let Some(place) = error
                    .need()
                    .and_then(|left| needs.iter().position(|it| it.name == left.name))
            {
                self.left.push(Left {
                    name: needs.remove(place).name,
                    reason: error.to_string(),
                });
                continue;
            }
            let name = self.target.name();
            let choices = choices.with_context(|| {
                let is_indexed = lookup::is_of_system(index, architecture);
                text::cannot_choose(&name, architecture, is_indexed)
            })?;
            match (choices.unclear(), self.unclear) {
                (None, _) | (_, Unclear::TakeFirst) => return Ok(choices),
                (Some(choice), Unclear::Ask) => self.selections.push(prompt::ask(choice)?),
                (Some(_), Unclear::Fail) => bail!("{}", text::unclear(&choices)),
            }
        }
    }

    /// Has Nix get what was chosen. What is here already is not asked for if nothing may be changed.
    fn get(&self, choices: Choices, revision: Option<&str>) -> Result<Vec<Had>> {
        let candidates: Vec<_> = choices.iter().map(|it| &it.candidate).collect();
        let here: Option<Vec<_>> = candidates.iter().map(|it| it.store_path.clone()).collect();
        let paths = match here {
            Some(paths) if self.is_dry => paths,
            _ => packages::realise(
                &self.nix()?,
                &candidates,
                self.nixpkgs.as_deref(),
                revision,
                self.is_progress_shown,
            )?,
        };
        let glibc = choices.glibc.into_iter().map(|it| (it, true));
        let libraries = choices.libraries.into_iter().map(|it| (it, false));
        let all = glibc.chain(libraries).zip(paths);
        let architecture = self.target.architecture()?;
        all.map(|((choice, is_glibc), path)| packages::had(choice, path, is_glibc, architecture))
            .collect()
    }
}

fn is_here(choice: &Choice) -> bool {
    let path = choice.candidate.store_path.as_ref();
    path.is_some_and(|it| it.exists())
}

/// The version of the glibc in use, and its package.
fn glibc_of(report: &Report) -> (Option<(u32, u32)>, Option<PathBuf>) {
    let Kind::Dynamic(dynamic) = &report.kind else {
        return (None, None);
    };
    let loader = dynamic.plan.loader.as_ref();
    let package = loader.and_then(|it| lookup::package_of(&it.path));
    (dynamic.glibc, package)
}
