//! What is known about a program in the end.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Payload, plan::Plan};
use crate::elf::{Architecture, Elsewhere, Identity, ProgramIdentity, Unreadable};
use crate::exec::{End, Refusal, Rule};
use crate::file_kind::Data;
use crate::launcher::Launch;
use crate::resolver::{Failure, MissingSymbols, MissingVersion, Resolution};

/// What would happen to a file if it were started.
#[derive(Debug)]
pub struct Report {
    /// Its path, as it was given.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
    /// What is packed into it.
    pub payload: Option<Payload>,
    /// Why it would not start; nothing if it would.
    pub problems: Vec<Problem>,
    /// What comes of execve, if the kernel's part counts.
    pub execve: Option<End>,
    /// The rule of binfmt_misc by which the kernel gives it to an interpreter.
    pub rule: Option<Rule>,
    /// What it starts, if it is a script for a shell and was named itself.
    pub launch: Option<Launch>,
}

/// What a file is.
#[derive(Debug)]
pub enum Kind {
    /// A program or library for which a loader is needed.
    Dynamic(Box<Dynamic>),
    /// A program that needs none.
    Static(&'static Architecture),
    /// A program for a machine that ldshim has no stub for.
    Foreign(Identity),
    /// A script, or what a rule of binfmt_misc gives to an interpreter: that, and what is said of the programs that run it.
    Script(PathBuf, Vec<Report>),
    /// Nothing that could be started: what it is instead, in words.
    Unknown(String),
}

/// A program or library for which a loader is needed.
#[derive(Debug)]
pub struct Dynamic {
    /// Whether it is a library: it names no loader, and is looked at as if a program loaded it.
    pub is_library: bool,
    /// Whether it has a name for others to ask for it, as libraries have.
    pub has_soname: bool,
    /// By what its pin is found.
    pub identity: ProgramIdentity,
    /// For which machine it is.
    pub architecture: &'static Architecture,
    /// The loader that it names.
    pub interpreter: Option<OsString>,
    /// What the stub decides.
    pub plan: Arc<Plan>,
    /// The version of the loader's glibc, if it is known.
    pub glibc: Option<(u32, u32)>,
    /// What the loader does; `None` if there is no loader of glibc that could be asked.
    pub resolution: Option<Resolution>,
}

/// Why a program would not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is no program; and what it is instead, if its first bytes say so.
    NotAProgram(Option<Data>),
    /// It is for a machine that ldshim has no stub for.
    NoStub(Identity),
    /// It is for others than Linux programs with glibc or musl.
    Elsewhere(Elsewhere),
    /// The loader or the interpreter that it names is missing.
    NoInterpreter(OsString),
    /// The kernel would not start it, or what it starts would end at once.
    Refused(Refusal),
    /// NixOS's stub-ld is where it looks for its loader.
    StubLd(PathBuf),
    /// The interpreter would not start.
    OfInterpreter,
    /// It is for musl, whose loader's search is not explained.
    Musl,
    /// The loader that it names is none of glibc's; what it does is not known.
    UnknownLoader(PathBuf),
    /// It may be executed and not read, and so nothing is known of it.
    NotReadable,
    /// There is no loader of glibc that could be used.
    NoLoader,
    /// A library is missing.
    Missing {
        /// The library.
        name: OsString,
        /// The numbers of the objects that need it.
        needed_by: Vec<usize>,
    },
    /// The loader gives up.
    Failure(Failure),
    /// A library does not offer a symbol version.
    Version(MissingVersion),
    /// A library does not have symbols that are looked up at the start.
    Symbols(MissingSymbols),
    /// The object of this number has something that cannot be read, and what its loader makes of it nobody knows.
    Unreadable(usize, Unreadable),
    /// Parts of several versions of glibc come together: these.
    MixedGlibc(Vec<(u32, u32)>),
}

impl Problem {
    /// A word for it that stays the same, for programs to read.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAProgram(_) => "not-a-program",
            Self::NoStub(_) => "no-stub",
            Self::Elsewhere(_) => "for-others",
            Self::NoInterpreter(_) => "no-interpreter",
            Self::Refused(refusal) => refusal.code(),
            Self::StubLd(_) => "stub-ld",
            Self::OfInterpreter => "interpreter-does-not-start",
            Self::Musl => "musl",
            Self::UnknownLoader(_) => "unknown-loader",
            Self::NotReadable => "not-readable",
            Self::NoLoader => "no-loader",
            Self::Missing { .. } => "missing-library",
            Self::Failure(_) => "loader-gives-up",
            Self::Version(_) => "missing-version",
            Self::Symbols(_) => "missing-symbols",
            Self::Unreadable(..) => "unreadable",
            Self::MixedGlibc(_) => "mixed-glibc",
        }
    }
}

impl Report {
    pub(super) fn new(path: &Path, kind: Kind, problems: Vec<Problem>) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            payload: None,
            problems,
            execve: None,
            rule: None,
            launch: None,
        }
    }

    /// Whether it would start.
    #[must_use]
    pub fn starts(&self) -> bool {
        self.problems.is_empty()
    }

    /// The same, or `None` if that cannot be told.
    #[must_use]
    pub fn starts_for_sure(&self) -> Option<bool> {
        let of_interpreters: &[Self] = match &self.kind {
            Kind::Script(_, reports) => reports,
            _ => &[],
        };
        let nested = of_interpreters.iter().map(Self::starts_for_sure);
        let own = self.problems.iter().filter_map(|problem| match problem {
            Problem::OfInterpreter => None,
            Problem::Musl | Problem::UnknownLoader(_) | Problem::NotReadable => Some(None),
            // The kernel starts it, whatever it says of itself; no loader looks at that.
            Problem::Elsewhere(_) if matches!(self.kind, Kind::Static(_)) => Some(None),
            _ => Some(Some(false)),
        });
        let all: Vec<_> = nested.chain(own).collect();
        match () {
            () if all.contains(&Some(false)) => Some(false),
            () if all.contains(&None) => None,
            () => Some(true),
        }
    }

    /// The libraries that are missing, those of a script's interpreters too.
    #[must_use]
    pub fn missing(&self) -> BTreeSet<&OsStr> {
        let own = self.problems.iter().filter_map(|problem| match problem {
            Problem::Missing { name, .. } => Some(name.as_os_str()),
            _ => None,
        });
        let mut missing: BTreeSet<_> = own.collect();
        if let Kind::Script(_, reports) = &self.kind {
            missing.extend(reports.iter().flat_map(Self::missing));
        }
        missing
    }
}

/// The report about a file for a machine that ldshim has no stub for.
pub(super) fn foreign(path: &Path, identity: Identity) -> Report {
    let problems = vec![Problem::NoStub(identity)];
    Report::new(path, Kind::Foreign(identity), problems)
}

/// That the loader refuses the file itself, with this message.
pub(super) fn refused(path: &Path, message: &str) -> Problem {
    Problem::Failure(Failure {
        name: path.into(),
        message: message.to_owned(),
    })
}

/// Why the loader would not start the program.
pub(super) fn problems(resolution: &Resolution) -> Vec<Problem> {
    let mut problems = Vec::new();
    for object in &resolution.objects {
        if !object.is_missing() {
            continue;
        }
        let name = object.names[0].clone();
        let by = object.requested_by.unwrap_or_default();
        let known = problems.iter_mut().find_map(|problem| match problem {
            Problem::Missing {
                name: other,
                needed_by,
            } if *other == name => Some(needed_by),
            _ => None,
        });
        match known {
            Some(needed_by) => needed_by.push(by),
            None => problems.push(Problem::Missing {
                name,
                needed_by: vec![by],
            }),
        }
    }
    for (number, object) in resolution.objects.iter().enumerate() {
        let unreadable = object.dynamic().unreadable.iter().cloned();
        problems.extend(unreadable.map(|it| Problem::Unreadable(number, it)));
    }
    problems.extend(resolution.failure.clone().map(Problem::Failure));
    let versions = resolution.missing_versions.iter().cloned();
    problems.extend(versions.map(Problem::Version));
    let symbols = resolution.missing_symbols.iter().cloned();
    problems.extend(symbols.map(Problem::Symbols));
    problems
}
