//! All programs and libraries of a directory tree, in one go.

mod machine;
mod missing;
mod roles;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};

use machine::Machine;
use missing::{name_of_missing, resolution};

pub use missing::Missing;

use super::{Explainer, Kind, Problem, Report, Settings};
use crate::elf::{Elsewhere, is_of_musl};
use crate::tree::{Files, files, is_elf};

/// What is known about a directory tree.
#[derive(Debug)]
pub struct Tree {
    /// The directory, as it was given.
    pub directory: PathBuf,
    /// The reports about the files for this machine, sorted by path.
    pub reports: Vec<Report>,
    /// The files for others, and for whom they are.
    pub others: Vec<(PathBuf, Elsewhere)>,
    /// What could not be looked at, and why.
    pub unreadable: Vec<(PathBuf, String)>,
    standings: Vec<Standing>,
    by_name: HashMap<OsString, usize>,
}

/// How a file stands in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It would start, or load.
    Good,
    /// It misses nothing but what the tree has: programs such as Java and Python load those first, by their paths, and then they
    /// are found.
    AfterOthers,
    /// It would not load, and no program of the tree names it.
    Optional,
    /// It would not start, or load.
    Bad,
}

impl Standing {
    /// A word for it that stays the same, for programs to read.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::AfterOthers => "after-others",
            Self::Optional => "optional",
            Self::Bad => "bad",
        }
    }
}

impl Tree {
    /// Whether everything would start that something needs.
    #[must_use]
    pub fn starts(&self) -> bool {
        self.unreadable.is_empty() && !self.standings.contains(&Standing::Bad)
    }

    /// The reports, each with how its file stands.
    pub fn standings(&self) -> impl Iterator<Item = (&Report, Standing)> {
        self.reports.iter().zip(self.standings.iter().copied())
    }

    /// How many files are for each of the others, the most first.
    #[must_use]
    pub fn groups_of_others(&self) -> Vec<(String, usize)> {
        let mut groups = BTreeMap::<String, usize>::new();
        for (_, whom) in &self.others {
            *groups.entry(whom.to_string()).or_default() += 1;
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|it| usize::MAX - it.1);
        groups
    }

    /// A file of the tree, for this machine, that has this name or this soname.
    #[must_use]
    pub fn find(&self, name: &OsStr) -> Option<&Path> {
        let number = *self.by_name.get(name)?;
        Some(&self.reports[number].path)
    }

    fn new(directory: &Path, reports: Vec<Report>) -> Self {
        let files: Vec<_> = reports.iter().map(role).collect();
        let by_name = roles::by_name(&files).into_iter();
        let by_name = by_name.map(|(name, numbers)| (name.to_owned(), numbers[0]));
        let by_name: HashMap<_, _> = by_name.collect();
        let needed = roles::needed(&files);
        let standing = |(report, is_needed): (&Report, bool)| {
            let is_library = is_library(report);
            let is_here =
                |it: &Problem| name_of_missing(it).is_some_and(|name| by_name.contains_key(name));
            match report.starts() {
                true => Standing::Good,
                false if is_library && report.problems.iter().all(is_here) => Standing::AfterOthers,
                false if is_library && !is_needed => Standing::Optional,
                false => Standing::Bad,
            }
        };
        let standings = reports.iter().zip(needed).map(standing).collect();
        Self {
            directory: directory.to_owned(),
            standings,
            by_name,
            reports,
            others: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

/// Explains every ELF program and library below `directory` that is for this machine, on all processors. Links are not
/// followed, and files of other kinds passed over.
///
/// # Errors
/// There is no such directory, or the stub that is named is none.
pub fn explain(directory: &Path, settings: &Settings) -> Result<Tree> {
    let operation = || format!("cannot explain what is in {}", directory.display());
    ensure!(
        directory.metadata().with_context(operation)?.is_dir(),
        "{}: not a directory",
        operation()
    );
    let Files {
        files,
        mut unreadable,
    } = files(directory, is_elf);

    let machine = Machine::new(settings).with_context(operation)?;
    let next = AtomicUsize::new(0);
    let work = || {
        let explainer = Explainer::of_tree(settings);
        let mut done = Vec::new();
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = match machine.is_for_others(path) {
                Ok(Some(whom)) => Ok(Err(whom)),
                Ok(None) => explainer.explain(path).map(judged),
                Err(error) => Err(error),
            };
            done.push((path, result));
        }
        done
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut results = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut results = work();
        // A thread that has panicked has ended the process.
        results.extend(
            others
                .into_iter()
                .flat_map(|it| it.join().unwrap_or_default()),
        );
        results
    });
    results.sort_by_key(|&(path, _)| path);

    let (mut reports, mut others) = (Vec::new(), Vec::new());
    for (path, result) in results {
        match result {
            Ok(Ok(report)) => reports.push(report),
            Ok(Err(whom)) => others.push((path.clone(), whom)),
            Err(error) => unreadable.push((path.clone(), format!("{:#}", error.root_cause()))),
        }
    }
    Ok(Tree {
        others,
        unreadable,
        ..Tree::new(directory, reports)
    })
}

/// A report; or for whom the file is, if what it needs tells that: libraries of musl are of no use to glibc's loader.
fn judged(report: Report) -> Result<Report, Elsewhere> {
    let is_of_musl = |problem: &Problem| match problem {
        Problem::Musl => true,
        Problem::Missing { name, .. } => name.to_str().is_some_and(is_of_musl),
        _ => false,
    };
    match report.problems.iter().any(is_of_musl) {
        true => Err(crate::elf::MUSL),
        false => Ok(report),
    }
}

fn role(report: &Report) -> roles::File<'_> {
    let resolution = resolution(report);
    let own = resolution.map(|it| it.objects[0].dynamic());
    let needed = own.iter().flat_map(|it| &it.dependencies);
    let needed = needed.map(|it| it.name.as_os_str());
    let texts = resolution.into_iter().flat_map(|it| &it.probes);
    let texts = texts.flat_map(|it| &it.candidates);
    let names: BTreeSet<_> = needed.chain(texts.map(|it| it.name.as_os_str())).collect();
    roles::File {
        path: &report.path,
        is_program: matches!(report.kind, Kind::Dynamic(_)) && !is_library(report),
        soname: own.and_then(|it| it.soname.as_deref()),
        names: names.into_iter().collect(),
    }
}

fn is_library(report: &Report) -> bool {
    matches!(&report.kind, Kind::Dynamic(it) if it.is_library)
}
