//! What a check finds.

use std::path::Path;

use crate::style::Mark;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Info,
    /// Something will surprise, or works by luck.
    Warning,
    /// Foreign programs, or programs of the system, do not run.
    Problem,
}

impl Level {
    /// The word for it, in text and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.mark().word()
    }

    /// How it looks in text.
    pub(super) fn mark(self) -> Mark {
        match self {
            Self::Ok => Mark::Fine,
            Self::Info => Mark::Known,
            Self::Warning => Mark::Doubtful,
            Self::Problem => Mark::Wrong,
        }
    }
}

/// One thing that a check has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A word for what was looked at and found, which stays the same, for programs to read.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was seen.
    pub seen: String,
    /// What to do about it, if there is anything to do.
    pub advice: Option<String>,
}

impl Finding {
    /// That something is as it should be.
    pub(super) fn ok(code: &'static str, seen: impl Into<String>) -> Self {
        Self::new(code, Level::Ok, seen, "")
    }

    /// Something to know.
    pub(super) fn info(code: &'static str, seen: impl Into<String>, advice: &str) -> Self {
        Self::new(code, Level::Info, seen, advice)
    }

    /// Something that may go wrong.
    pub(super) fn warning(code: &'static str, seen: impl Into<String>, advice: &str) -> Self {
        Self::new(code, Level::Warning, seen, advice)
    }

    /// Something that is wrong.
    pub(super) fn problem(code: &'static str, seen: impl Into<String>, advice: &str) -> Self {
        Self::new(code, Level::Problem, seen, advice)
    }

    /// A finding; an empty advice is none.
    pub(super) fn new(
        code: &'static str,
        level: Level,
        seen: impl Into<String>,
        advice: &str,
    ) -> Self {
        Self {
            code,
            level,
            seen: seen.into(),
            advice: (!advice.is_empty()).then(|| advice.to_owned()),
        }
    }
}

/// The findings of checks on one subject.
#[derive(Debug, Clone)]
pub struct Group {
    /// The subject, one word.
    pub name: &'static str,
    /// What was found, in the order in which it is to be read.
    pub findings: Vec<Finding>,
}

/// Whether a path is in the Nix store.
pub(super) fn is_in_store(path: &Path) -> bool {
    path.starts_with("/nix/store")
}
