//! Which package is chosen for each library that a program misses, and why that one.
//!
//! All of this is pure: what is known of packages comes in, choices come out. What a user answers when
//! asked comes in as a [`Selection`], and all is chosen again.

mod candidate;
mod choose;
mod glibc;
mod knowledge;
mod needs;
mod package_name;
mod rank;
#[cfg(test)]
mod tests;

use crate::printable;
use std::fmt;

pub use candidate::{Candidate, Selection, candidates};
pub use choose::{Choices, choose};
pub use glibc::is_part_of_glibc;
pub use knowledge::Knowledge;
pub(crate) use needs::wanted_of;
pub use needs::{Unpinnable, merge, needs};
pub use rank::{Facts, NoFacts};

/// A library for which a package is to be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Need {
    /// The name by which it is asked for.
    pub name: String,
    /// The names of the files that ask for it.
    pub needed_by: Vec<String>,
    /// The symbol versions that they want of it.
    pub versions: Vec<String>,
    /// If there is a library of this name, but without some of the versions: which ones.
    pub lacking: Vec<String>,
}

/// More names than these are counted.
const MOST_NAMED: usize = 3;

impl Need {
    /// Who needs it, for people: ` (needed by A, B, C and 12 more)`, or nothing.
    #[must_use]
    pub fn by(&self) -> String {
        let named = &self.needed_by[..self.needed_by.len().min(MOST_NAMED)];
        match self.needed_by.len() - named.len() {
            _ if named.is_empty() => String::new(),
            0 => format!(" (needed by {})", named.join(", ")),
            more => format!(" (needed by {} and {more} more)", named.join(", ")),
        }
    }
}

/// Whether a package offers the symbol versions that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offers {
    /// All of them.
    All,
    /// Nobody knows, or none are wanted.
    Unknown,
    /// Its library has no versions at all, and glibc then asks for none.
    Unversioned,
    /// Not all of them.
    TooFew,
}

impl Offers {
    /// The lower the better.
    fn score(self) -> u64 {
        match self {
            Offers::All => 0,
            Offers::Unknown => 1,
            Offers::Unversioned => 2,
            Offers::TooFew => 3,
        }
    }
}

impl Need {
    /// Whether a package offers what is wanted.
    pub(crate) fn offers(&self, candidate: &Candidate) -> Offers {
        match &candidate.versions {
            _ if self.versions.is_empty() => Offers::Unknown,
            None => Offers::Unknown,
            Some(offered) if offered.is_empty() => Offers::Unversioned,
            Some(offered) if self.versions.iter().all(|it| offered.contains(it)) => Offers::All,
            Some(_) => Offers::TooFew,
        }
    }
}

/// The package that was chosen for a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The library.
    pub need: Need,
    /// The package.
    pub candidate: Candidate,
    /// Why this one, in words.
    pub reason: String,
    /// Whether it is better than all others, and not only the first of several.
    pub is_clear: bool,
    /// The other packages that have it, best first.
    pub others: Vec<Candidate>,
}

impl Choice {
    /// The packages between which only a user can decide, best first; one, if it is clear.
    #[must_use]
    pub fn alternatives(&self) -> Vec<&Candidate> {
        let others = self.others.iter().filter(|_| !self.is_clear);
        std::iter::once(&self.candidate).chain(others).collect()
    }
}

/// Why nothing could be chosen for a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceError {
    /// No package has it.
    NoProvider(Need),
    /// Packages have it, but none offers the symbol versions: how many have it.
    NoVersions(Need, usize),
    /// It is needed by its path, and a loader looks nowhere else.
    ByPath(Need),
    /// It is a part of glibc, and the loader's own glibc does not have it.
    OfGlibc(Need),
    /// A user has selected two packages for one library.
    SelectedTwice(String),
}

impl ChoiceError {
    /// The library that cannot be had; `None` if it is not about one.
    #[must_use]
    pub fn need(&self) -> Option<&Need> {
        match self {
            Self::NoProvider(need)
            | Self::NoVersions(need, _)
            | Self::ByPath(need)
            | Self::OfGlibc(need) => Some(need),
            Self::SelectedTwice(_) => None,
        }
    }
}

impl fmt::Display for ChoiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let select = |need: &Need| {
            let choice = printable::shell_word(&format!("{}=ATTR", need.name));
            format!("if you know one, name it: --select {choice}")
        };
        match self {
            Self::NoProvider(need) => write!(
                f,
                "no package in the index has {}{}; {}",
                need.name,
                need.by(),
                select(need)
            ),
            Self::NoVersions(need, count) => write!(
                f,
                "{count} in the index have {}, but none offers {}{}; {}",
                need.name,
                need.versions.join(", "),
                need.by(),
                select(need)
            ),
            Self::ByPath(need) => {
                let path = &need.name;
                let name = path.rsplit('/').next().unwrap_or_default();
                write!(
                    f,
                    "{path}{} is needed by its path, and a loader looks nowhere else, in no package either; to have it looked \
                     for by its name: ldshim patch --replace-needed {path} {name} FILE",
                    need.by()
                )
            }
            Self::OfGlibc(need) => write!(
                f,
                "{} is a part of glibc{}, the loader's own glibc has none, and one process cannot have \
                 two; to have it and its loader from another glibc: --select libc.so.6=ATTR",
                need.name,
                need.by()
            ),
            Self::SelectedTwice(name) => {
                write!(f, "--select names two packages for {name}; name one")
            }
        }
    }
}

impl std::error::Error for ChoiceError {}
