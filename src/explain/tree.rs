//! All programs and libraries of a directory tree, in one go.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};

use super::{Explainer, Kind, Problem, Report, Settings};
use crate::tree::{Files, files, is_program_or_library};

/// What is known about a directory tree.
#[derive(Debug)]
pub struct Tree {
    /// The directory, as it was given.
    pub directory: PathBuf,
    /// The reports, sorted by path.
    pub reports: Vec<Report>,
    /// What could not be looked at, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

impl Tree {
    /// Whether everything would start.
    #[must_use]
    pub fn starts(&self) -> bool {
        self.unreadable.is_empty() && !self.reports.iter().any(|it| self.is_bad(it))
    }

    /// Whether a file would not start. A library that misses nothing but what the tree has is not
    /// bad: programs such as Java load those first, by their paths, and then they are found.
    #[must_use]
    pub fn is_bad(&self, report: &Report) -> bool {
        let is_library = matches!(&report.kind, Kind::Dynamic(it) if it.is_library);
        let is_here = |problem: &Problem| match problem {
            Problem::Missing { name, .. } => self.find(name).is_some(),
            _ => false,
        };
        !(report.starts()
            || Self::is_for_musl(report)
            || is_library && report.problems.iter().all(is_here))
    }

    /// Whether a file is for musl. What its loader would do is not known.
    #[must_use]
    pub fn is_for_musl(report: &Report) -> bool {
        report.problems.contains(&Problem::Musl)
    }

    /// The libraries that are missing, and for how many files each.
    #[must_use]
    pub fn missing(&self) -> BTreeMap<&OsStr, usize> {
        let mut missing = BTreeMap::new();
        for problem in self.reports.iter().flat_map(|it| &it.problems) {
            if let Problem::Missing { name, .. } = problem {
                *missing.entry(name.as_os_str()).or_default() += 1;
            }
        }
        missing
    }

    /// A file of the tree that has this name.
    #[must_use]
    pub fn find(&self, name: &OsStr) -> Option<&Path> {
        let paths = self.reports.iter().map(|it| it.path.as_path());
        paths.into_iter().find(|it| it.file_name() == Some(name))
    }
}

/// Explains every ELF program and library below `directory`, on all processors. Links are not
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
    } = files(directory, is_program_or_library);

    let next = AtomicUsize::new(0);
    let work = || {
        let explainer = Explainer::new(settings);
        let mut done = Vec::new();
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((path, explainer.explain(path)));
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

    let mut reports = Vec::new();
    for (path, result) in results {
        match result {
            Ok(report) => reports.push(report),
            Err(error) => unreadable.push((path.clone(), format!("{:#}", error.root_cause()))),
        }
    }
    Ok(Tree {
        directory: directory.to_owned(),
        reports,
        unreadable,
    })
}
