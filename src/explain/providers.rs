//! Which packages have the libraries that are missing, as far as the index knows.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

use serde_json::{Value, json};

use super::style::{NAME_WIDTH, QUIET};
use crate::elf::Architecture;
use crate::index::{Index, Provider};

/// How many packages are named for a library; of the others only how many there are.
const MOST: usize = 5;

/// How many where there is one line for a library.
const MOST_IN_SHORT: usize = 3;

/// Which packages have the libraries that are missing.
#[derive(Debug)]
pub enum Providers {
    /// There is an index: for which system, if it says so, and what it says of each library.
    Known(Option<String>, BTreeMap<OsString, Vec<Provider>>),
    /// There is no index.
    NoIndex,
    /// The index cannot be used, for this reason.
    Unusable(String),
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
                let found = name.to_str().map(|name| index.providers(name));
                known.insert(name.to_owned(), found.transpose()?.unwrap_or_default());
            }
            anyhow::Ok(Self::Known(index.system().map(str::to_owned), known))
        };
        ask().unwrap_or_else(|error| Self::Unusable(format!("{error:#}")))
    }

    fn get(&self, name: &OsStr) -> Option<&[Provider]> {
        match self {
            Self::Known(_, known) => known.get(name).map(|it| &it[..]),
            _ => None,
        }
    }

    /// Lines about a library for people, each with `indent` before it.
    pub(super) fn text(&self, name: &OsStr, indent: &str) -> String {
        let mut text = String::new();
        let Some(providers) = self.get(name) else {
            return text;
        };
        if providers.is_empty() {
            _ = writeln!(
                text,
                "{indent}{QUIET}no package in the index has it{QUIET:#}"
            );
        }
        for it in providers.iter().take(MOST) {
            let label = it.label().unwrap_or_else(|| "in the store".into());
            let path = it.store_path.join(&it.path);
            let path = path.display();
            _ = writeln!(text, "{indent}{label:NAME_WIDTH$} {QUIET}{path}{QUIET:#}");
        }
        if providers.len() > MOST {
            let more = providers.len() - MOST;
            let name = name.display();
            _ = writeln!(text, "{indent}and {more} more: ldshim locate {name}");
        }
        text
    }

    /// The best packages that have a library, in the rest of a line.
    pub(super) fn in_short(&self, name: &OsStr) -> String {
        let Some(providers) = self.get(name) else {
            return String::new();
        };
        let labels = providers.iter().take(MOST_IN_SHORT);
        let labels = labels.map(|it| {
            it.label()
                .unwrap_or_else(|| it.store_path.display().to_string())
        });
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
                format!(
                    "  The index is about packages for {system}; take those of the same attributes for {}.\n",
                    program.nix_system
                )
            }
            _ => String::new(),
        }
    }

    /// One line that says why nothing is said of any library, if that is so.
    pub(super) fn excuse(&self) -> String {
        match self {
            Self::Known(..) => String::new(),
            Self::NoIndex => {
                "There is no index that would say which packages have it: `ldshim locate NAME` says how to get one.\n"
                    .into()
            }
            Self::Unusable(reason) => format!("Which packages have it cannot be told: {reason}.\n"),
        }
    }

    /// The best providers of a library as JSON, and how many there are beside them; both null if there
    /// is no index.
    pub(super) fn json(&self, name: &OsStr) -> (Value, Value) {
        let providers = self.get(name);
        let best = providers.map(|it| it.iter().take(MOST).map(Provider::json).collect::<Vec<_>>());
        let more = providers.map(|it| it.len().saturating_sub(MOST));
        (json!(best), json!(more))
    }
}
