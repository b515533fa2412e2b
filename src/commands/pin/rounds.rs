//! Choose, get, look again: a library that comes in may miss others.

mod decide;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail};

use super::left::Left;
use super::lookup::LIBC;
use super::packages::{self, Had};
use super::target::Target;
use super::temporary::Temporary;
use super::text::Again;
use super::today::Today;
use super::trial::Trial;
use super::{offer_index, prompt, text};
use crate::choice::{Choice, Choices, Need, Selection, is_part_of_glibc};
use crate::drivers::is_driver_library;
use crate::explain::Report;
use crate::index::Index;
use crate::modules::Missing;
use crate::nix::Nix;
use crate::pin::{self, Recipe};

/// More often than this nothing is looked for: it would be a circle.
const MOST_ROUNDS: usize = 10;

/// What to do where several packages are as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Unclear {
    /// Ask on the terminal.
    Ask,
    /// Take the first.
    TakeFirst,
    /// Give up, and say which there are.
    Fail,
}

impl Unclear {
    /// What to do where nobody has said more than whether the first may be taken.
    pub(in crate::commands) fn of(takes_first: bool) -> Self {
        match takes_first {
            true => Self::TakeFirst,
            false if prompt::can_ask() => Self::Ask,
            false => Self::Fail,
        }
    }

    /// What a user decides of these choices; `None` if they are as they should be.
    ///
    /// # Errors
    /// It is for a user to decide, and nobody can be asked.
    pub(in crate::commands) fn settle(
        self,
        choices: &Choices,
        again: &Again,
    ) -> Result<Option<Selection>> {
        match (choices.unclear(), self) {
            (None, _) | (_, Self::TakeFirst) => Ok(None),
            (Some(choice), Self::Ask) => prompt::ask(choice).map(Some),
            (Some(_), Self::Fail) => bail!("{}", text::unclear(choices, again)),
        }
    }
}

/// How packages are chosen for a program.
pub(in crate::commands) struct Rounds<'a> {
    target: &'a Target,
    selections: Vec<Selection>,
    /// What a user types again who has to decide.
    pub(in crate::commands) again: Again,
    /// Of which nixpkgs packages are built.
    pub(in crate::commands) nixpkgs: Option<String>,
    /// Whether nothing may be changed.
    pub(in crate::commands) is_dry: bool,
    /// Where several are as good.
    pub(in crate::commands) unclear: Unclear,
    /// When Nix is stopped, if ever.
    pub(in crate::commands) deadline: Option<Instant>,
    /// Whether Nix shows what it does.
    pub(in crate::commands) is_progress_shown: bool,
    /// Prints text for the user, which a terminal may get as it is.
    pub(in crate::commands) say: fn(&str) -> Result<()>,
    /// Directories that the pin searches first, beside those of today.
    pub(in crate::commands) extra_paths: Vec<PathBuf>,
    /// Whether to go on without the libraries that no package has.
    pub(in crate::commands) may_leave: bool,
    /// Whether a user who can be asked is offered an index where there is none.
    pub(in crate::commands) offers_index: bool,
    left: Vec<Left>,
}

/// What came out.
pub(in crate::commands) struct Outcome {
    /// What the pin would hold.
    pub(in crate::commands) recipe: Recipe,
    /// What would happen to the program then.
    pub(in crate::commands) report: Report,
    /// What would be missing then; an error if no library could help.
    pub(in crate::commands) missing: Result<Missing>,
    /// The libraries that the program would get from the pin: names and files.
    pub(in crate::commands) used: Vec<(String, PathBuf)>,
    /// The libraries that no package has.
    pub(in crate::commands) left: Vec<Left>,
    /// What its user has decided.
    pub(in crate::commands) selections: Vec<Selection>,
}

impl Outcome {
    pub(super) fn new(recipe: Recipe, trial: Trial) -> Self {
        Self {
            recipe,
            report: trial.report,
            missing: trial.missing,
            used: trial.used,
            left: Vec::new(),
            selections: Vec::new(),
        }
    }
}

impl<'a> Rounds<'a> {
    pub(in crate::commands) fn new(target: &'a Target, selections: Vec<Selection>) -> Self {
        Self {
            target,
            selections,
            again: Again::new("ldshim pin", &target.report.path),
            nixpkgs: None,
            is_dry: false,
            unclear: Unclear::Fail,
            deadline: None,
            is_progress_shown: true,
            say: |_| Ok(()),
            extra_paths: Vec::new(),
            may_leave: false,
            offers_index: false,
            left: Vec::new(),
        }
    }

    /// Goes on until nothing is missing, or nothing more can be done; then the report says what is
    /// missing.
    pub(in crate::commands) fn run(mut self, needs_today: Vec<Need>) -> Result<Outcome> {
        let target = self.target;
        let mut today = Today::of(target)?;
        for path in &self.extra_paths {
            // Where the names of its libraries are known, they are in the cache.
            let is_known = today.known_paths.contains(path);
            if !is_known && !today.extra_paths.contains(path) {
                today.extra_paths.push(path.clone());
            }
        }
        let index = self.index(&needs_today)?;
        let revision = index.as_ref().and_then(Index::revision);
        // Another nixpkgs has another revision, which nobody tells.
        let revision = revision.filter(|_| self.nixpkgs.is_none());
        let mut chosen: Vec<Had> = Vec::new();
        let (of_driver, mut needs_now) = self.split_drivers(self.with_selected(needs_today));
        for need in &of_driver {
            (self.say)(&text::of_driver(need))?;
        }
        let mut outcome = self.try_out(&today, &chosen, revision)?;
        if !self.extra_paths.is_empty() {
            let missing = outcome.missing.as_ref().map(|it| it.needs.clone());
            needs_now = self.with_selected(missing.unwrap_or_default());
        }
        for round in 0..MOST_ROUNDS {
            if needs_now.is_empty() {
                break;
            }
            let choices = self.decide(&needs_now, index.as_ref(), &outcome.report, &chosen)?;
            (self.say)(&text::choices(&target.name(), &choices, round))?;
            if self.is_dry && !choices.iter().all(is_here) {
                (self.say)(&text::more_later())?;
                break;
            }
            for had in self.get(choices, revision)? {
                chosen.retain(|it| it.choice.need.name != had.choice.need.name);
                chosen.push(had);
            }
            outcome = self.try_out(&today, &chosen, revision)?;
            let operation = || format!("{} would not start with these", target.name());
            let still_missing = match &outcome.missing {
                Ok(missing) => missing.needs.clone(),
                Err(_) => return Err(outcome.missing.unwrap_err().context(operation())),
            };
            needs_now = self.split_drivers(still_missing).1;
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
        (self.say)(&text::may_load(target, &outcome.report))?;
        outcome.selections = self.selections;
        outcome.left = self.left;
        Ok(outcome)
    }

    /// The index; where there is none that is needed, and somebody can be asked, one that is got now.
    fn index(&self, needs: &[Need]) -> Result<Option<Index>> {
        let is_selected = |need: &Need| self.selections.iter().any(|it| it.name == need.name);
        let is_needed = needs.iter().any(|it| !is_selected(it));
        let may_ask = self.offers_index && !self.is_dry && self.unclear == Unclear::Ask;
        match Index::open_default()? {
            None if is_needed && may_ask => offer_index::offer(self.say),
            index => Ok(index),
        }
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

    /// Takes out what is the graphics driver's own and so comes from no package, unless a user has selected one.
    fn split_drivers(&self, needs: Vec<Need>) -> (Vec<Need>, Vec<Need>) {
        let is_selected = |name: &str| self.selections.iter().any(|it| it.name == name);
        let is_out = |need: &Need| is_driver_library(&need.name) && !is_selected(&need.name);
        needs.into_iter().partition(is_out)
    }

    fn try_out(&self, today: &Today, chosen: &[Had], revision: Option<&str>) -> Result<Outcome> {
        let recipe = packages::recipe(self.target, today, chosen, revision)?;
        let trial = match pin::environment(&recipe) {
            Ok((env, _)) => Trial::of(self.target, &env)?,
            // There is no library yet, and so no library environment.
            Err(_) if chosen.is_empty() => Trial::without_libraries(self.target)?,
            Err(error) => return Err(error),
        };
        Ok(Outcome::new(recipe, trial))
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
