//! Which packages have the libraries that are missing, as far as the index knows.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

use anyhow::Result;
use serde_json::{Value, json};

use crate::drivers::is_driver_library;
use crate::elf::Architecture;
use crate::index::{Absence, Index, Provider};
use crate::printable::Shown as _;
use crate::style::{Mark, NAME_WIDTH, QUIET};

/// How many packages are named for a library; of the others only how many there are.
const MOST: usize = 5;

/// How many where there is one line for a library.
const MOST_IN_SHORT: usize = 3;

/// Which packages have the libraries that are missing.
#[derive(Debug)]
pub enum Providers {
    /// There is an index: for which system, if it says so, and what it says of each library.
    Known(Option<String>, BTreeMap<OsString, Answer>),
    /// There is no index.
    NoIndex,
    /// The index cannot be used, for this reason.
    Unusable(String),
}

/// What the index says of a library.
#[derive(Debug)]
pub struct Answer {
    /// The packages that have it, the best first.
    providers: Vec<Provider>,
    /// If there are none: why.
    absence: Option<Absence>,
}

impl Answer {
    fn of(index: &Index, name: &str) -> Result<Self> {
        let providers = index.providers(name)?;
        let absence = match providers.is_empty() {
            true => Some(index.absence(name)?),
            false => None,
        };
        Ok(Self { providers, absence })
    }
}

impl Providers {
    /// Asks the user's index for these libraries. It is not opened if there are none.
    #[must_use]
    pub fn of<'n>(missing: impl IntoIterator<Item = &'n OsStr>) -> Self {
        // What is asked for by a path comes from no package.
        let is_searched = |name: &&OsStr| !name.as_bytes().contains(&b'/');
        let mut missing = missing.into_iter().filter(is_searched).peekable();
        if missing.peek().is_none() {
            return Self::Known(None, BTreeMap::new());
        }
        let ask = || {
            let Some(index) = Index::open_default()? else {
                return Ok(Self::NoIndex);
            };
            let mut known = BTreeMap::new();
            for name in missing {
                // The index has no names that are no text.
                let found = name.to_str().map(|name| Answer::of(&index, name));
                let nothing = || Answer {
                    providers: Vec::new(),
                    absence: Some(Absence::Unknown),
                };
                known.insert(name.to_owned(), found.transpose()?.unwrap_or_else(nothing));
            }
            anyhow::Ok(Self::Known(index.system().map(str::to_owned), known))
        };
        ask().unwrap_or_else(|error| Self::Unusable(format!("{error:#}")))
    }

    fn get(&self, name: &OsStr) -> Option<&Answer> {
        match self {
            Self::Known(_, known) => known.get(name),
            _ => None,
        }
    }

    /// Why no package has, or may have, a library: also known without an index, if it is a driver's.
    fn absence(&self, name: &OsStr) -> Option<Absence> {
        let known = self.get(name).and_then(|it| it.absence.clone());
        let is_of_driver = || is_driver_library(&name.to_string_lossy());
        known.or_else(|| is_of_driver().then_some(Absence::OfDriver))
    }

    /// Lines about a library for people, each with `indent` before it.
    pub(super) fn text(&self, name: &OsStr, indent: &str) -> String {
        let mut text = String::new();
        let absence = self.absence(name);
        for line in absence
            .iter()
            .flat_map(|it| it.lines(&name.to_string_lossy()))
        {
            _ = writeln!(text, "{indent}{QUIET}{line}{QUIET:#}");
        }
        let providers = self.get(name).map_or(&[][..], |it| &it.providers);
        for it in providers.iter().take(MOST) {
            let label = it.label().unwrap_or_else(|| "in the store".into());
            let path = it.store_path.join(&it.path);
            let path = path.shown();
            _ = writeln!(text, "{indent}{label:NAME_WIDTH$} {QUIET}{path}{QUIET:#}");
        }
        if providers.len() > MOST {
            let more = providers.len() - MOST;
            let name = name.shown();
            _ = writeln!(text, "{indent}and {more} more: ldshim locate {name}");
        }
        text
    }

    /// The best packages that have a library, in the rest of a line.
    pub(super) fn in_short(&self, name: &OsStr) -> String {
        if let Some(line) = self
            .absence(name)
            .and_then(|it| it.line(&name.to_string_lossy()))
        {
            return format!("; {line}");
        }
        let Some(providers) = self.get(name).map(|it| &it.providers) else {
            return String::new();
        };
        let labels = providers.iter().take(MOST_IN_SHORT);
        let labels = labels.map(|it| it.label().unwrap_or_else(|| it.store_path.shown()));
        let labels = labels.collect::<Vec<_>>().join(", ");
        match providers.len() {
            0 => "; no package in the index has it".to_owned(),
            count if count > MOST_IN_SHORT => {
                format!("; from {labels} or {} more", count - MOST_IN_SHORT)
            }
            _ => format!("; from {labels}"),
        }
    }

    /// A line about packages that are for another system than a program that misses libraries.
    pub(super) fn warning(&self, program: &Architecture) -> String {
        match self {
            Self::Known(Some(system), known)
                if system != program.nix_system && !known.is_empty() =>
            {
                Mark::Doubtful.line(&format!(
                    "The index is about packages for {system}; take those of the same attributes for {}.",
                    program.nix_system
                ))
            }
            _ => String::new(),
        }
    }

    /// One line that says why nothing is said of any library, if that is so.
    pub(super) fn excuse(&self) -> String {
        match self {
            Self::Known(..) => String::new(),
            Self::NoIndex => Mark::Do.line(
                "There is no index that would say which packages have it. To get one (48 MB, once): ldshim index update",
            ),
            Self::Unusable(reason) => {
                Mark::Doubtful.line(&format!("Which packages have it cannot be told: {reason}."))
            }
        }
    }

    /// Adds to the JSON of a library its best providers, and how many there are beside them, both null if there is no index;
    /// other versions of it, and whether it is a driver's.
    pub(super) fn add_json(&self, name: &OsStr, value: &mut Value) {
        let providers = self.get(name).map(|it| &it.providers);
        let json = |it: &[Provider]| it.iter().map(Provider::json).collect::<Vec<_>>();
        value["providers"] = json!(providers.map(|it| json(&it[..it.len().min(MOST)])));
        value["more_providers"] = json!(providers.map(|it| it.len().saturating_sub(MOST)));
        let absence = self.absence(name);
        let others = absence.as_ref().map_or(&[][..], Absence::others);
        value["other_versions"] = json!(providers.map(|_| json(others)));
        value["is_of_driver"] = json!(absence == Some(Absence::OfDriver));
    }
}
