//! The kernel's part in a start, put into a report: whether execve succeeds.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::elf::Identity;
use crate::exec::{self, End, Loaders, Next, Reason, Refusal, Role, Rule, Stop};

use crate::resolver::Resolution;

use super::{Kind, Problem, Report, Settings};

/// What the kernel would do with a file.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It starts it, or its interpreter.
    Goes(Next),
    /// It does not. A file that may not be executed may be no program either: what else would be refused.
    Refused(Refusal, Option<Refusal>),
}

impl Verdict {
    /// Asks for the file at `path`, which `depth` scripts have led to. `None` if nobody can tell.
    pub(super) fn of(path: &Path, depth: usize, settings: &Settings) -> Option<Self> {
        match exec::step(path, depth, &loaders(settings)) {
            Ok(next) => Some(Self::Goes(next)),
            Err(Stop::Refused(refusal)) => {
                let further = match (&refusal.reason, refusal.role) {
                    (Reason::Mode(_), Role::Program) => further(path, depth, settings),
                    _ => None,
                };
                Some(Self::Refused(refusal, further))
            }
            Err(Stop::Unreadable(_)) => None,
        }
    }

    /// What the kernel takes an ELF file for.
    pub(super) fn identity(&self) -> Option<Identity> {
        match self {
            Self::Goes(Next::Program(program)) => Some(program.identity),
            _ => None,
        }
    }

    /// Whether an interpreter is started, if the file itself may be.
    pub(super) fn has_interpreter(&self) -> bool {
        match self {
            Self::Goes(_) => true,
            Self::Refused(it, further) => [it]
                .into_iter()
                .chain(further)
                .all(|it| it.role == Role::Program && it.reason != Reason::TooManyScripts),
        }
    }

    /// The rule of binfmt_misc by which it goes on.
    pub(super) fn rule(&self) -> Option<&Rule> {
        match self {
            Self::Goes(Next::Rule(rule)) => Some(rule),
            _ => None,
        }
    }

    /// Adds to a report what the kernel does; only that no interpreter is found, if the kernel's part does not count. What is
    /// told already in other words is taken out.
    pub(super) fn add_to(self, report: &mut Report, counts: bool) {
        let refusals = self.refusals(&report.path);
        report.execve = self.end(report).filter(|_| counts);
        report.rule = self.rule().cloned();
        let asks_for_loader =
            |it: &Refusal| matches!(it.reason, Reason::LoaderName(..) | Reason::NoCode);
        let is_library = is_library(report) && !refusals.iter().any(asks_for_loader);
        let is_wanted = |it: &Refusal| {
            let of_interpreter = matches!(it.role, Role::Interpreter | Role::OfRule);
            let counts = counts || of_interpreter || it.reason == Reason::TooManyScripts;
            counts && (!is_library || counts_for_libraries(it))
        };
        for refusal in refusals.into_iter().filter(is_wanted).rev() {
            let is_told = |problem: &Problem| match problem {
                Problem::NotAProgram(_) => true,
                Problem::NoStub(_) | Problem::NoLoader => refusal.code() == "other-machine",
                Problem::NoInterpreter(_) | Problem::UnknownLoader(_) => {
                    refusal.role == Role::Loader
                }
                _ => false,
            };
            report.problems.retain(|it| !is_told(it));
            let is_none = ["not-a-program", "no-entry", "damaged"].contains(&refusal.code());
            if is_none && matches!(report.kind, Kind::Static(_)) {
                report.kind = Kind::Unknown("an ELF file that is no program".to_owned());
            }
            report.problems.insert(0, Problem::Refused(refusal));
        }
        if let Kind::Dynamic(dynamic) = &mut report.kind {
            dynamic.is_library = is_library;
        }
    }

    /// Why it does not start, or ends at once.
    fn refusals(&self, path: &Path) -> Vec<Refusal> {
        match self {
            // Who makes it executable does not get a program.
            Self::Refused(_, Some(further)) if further.code() == "not-a-program" => {
                vec![further.clone()]
            }
            Self::Refused(refusal, further) => [refusal.clone()]
                .into_iter()
                .chain(further.clone())
                .collect(),
            Self::Goes(Next::Program(program)) => {
                let crash = program.crash.clone();
                crash
                    .map(|it| Refusal::of_program(path, it))
                    .into_iter()
                    .collect()
            }
            Self::Goes(_) => Vec::new(),
        }
    }

    /// What comes of execve: with an interpreter, what comes of that, if it can be told.
    fn end(&self, report: &Report) -> Option<End> {
        match (self, &report.kind) {
            (Self::Refused(refusal, _), _) => Some(refusal.end()),
            (Self::Goes(Next::Script(_) | Next::Rule(_)), Kind::Script(_, reports)) => {
                reports.first().map_or(Some(End::Started), |it| it.execve)
            }
            _ => Some(End::Started),
        }
    }
}

/// What else the kernel would refuse in a file that may not be executed.
fn further(path: &Path, depth: usize, settings: &Settings) -> Option<Refusal> {
    match exec::step_of_executable(path, depth, &loaders(settings)) {
        Ok(Next::Program(program)) => {
            let crash = program.crash?;
            Some(Refusal::of_program(path, crash))
        }
        Err(Stop::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// What stands at the places of loaders.
pub(super) fn loaders(settings: &Settings) -> Loaders {
    if settings.asks_kernel && !settings.supposes_stub {
        Loaders::AsTheyAre
    } else {
        Loaders::Stub(settings.stub.clone())
    }
}

/// The libraries of a program that are on file systems with noexec: no loader can map them.
pub(super) fn libraries_on_noexec(resolution: &Resolution) -> impl Iterator<Item = Problem> {
    let paths = resolution
        .objects
        .iter()
        .filter_map(|it| it.path.as_deref());
    paths.filter(|it| exec::is_noexec(it)).map(|it| {
        let reason = Reason::NoExec(exec::noexec_mount(it));
        Problem::Refused(Refusal::new(it, Role::Library, reason))
    })
}

/// A library need not be a program. But it has to be mapped as code.
fn counts_for_libraries(refusal: &Refusal) -> bool {
    matches!(refusal.reason, Reason::NoExec(_) | Reason::CutOff)
}

/// Whether a file is a library: also one that names a loader, as some do to print their version, and that nobody may execute.
fn is_library(report: &Report) -> bool {
    let Kind::Dynamic(dynamic) = &report.kind else {
        return false;
    };
    let is_executable = report
        .path
        .metadata()
        .is_ok_and(|it| it.mode() & 0o111 != 0);
    dynamic.is_library || (dynamic.has_soname && !is_executable)
}
