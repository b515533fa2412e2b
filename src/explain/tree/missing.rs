//! What the files of a tree miss.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use super::{Standing, Tree};
use crate::explain::{Kind, Problem, Report};
use crate::resolver::{Candidate, Resolution};

/// A library that files of a tree need and do not find, and that the tree does not bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing<'a> {
    /// Its name, as it is written.
    pub name: &'a OsStr,
    /// The files that miss it, sorted.
    pub files: Vec<&'a Path>,
    /// Whether only plugins miss it that nothing names.
    pub is_optional: bool,
}

impl Tree {
    /// The libraries that the files for this machine miss and the tree does not have: those that are needed first, and those that
    /// most files miss.
    #[must_use]
    pub fn missing(&self) -> Vec<Missing<'_>> {
        let mut missing = BTreeMap::<&OsStr, Missing<'_>>::new();
        for (report, standing) in self.standings() {
            let names = report.problems.iter().filter_map(name_of_missing);
            for name in names.filter(|it| self.find(it).is_none()) {
                let known = missing.entry(name).or_insert_with(|| Missing {
                    name,
                    files: Vec::new(),
                    is_optional: true,
                });
                known.files.push(&report.path);
                known.is_optional &= standing == Standing::Optional;
            }
        }
        let mut missing: Vec<_> = missing.into_values().collect();
        missing.sort_by_key(|it| (it.is_optional, usize::MAX - it.files.len()));
        missing
    }

    /// The symbol versions that libraries lack, and for how many files each.
    #[must_use]
    pub fn lacking(&self) -> BTreeMap<(String, &OsStr), usize> {
        let mut lacking = BTreeMap::new();
        for report in &self.reports {
            let Some(resolution) = resolution(report) else {
                continue;
            };
            for missing in &resolution.missing_versions {
                let library = resolution.objects[missing.library].names.first();
                let library = library
                    .map(|it| it.display().to_string())
                    .unwrap_or_default();
                *lacking
                    .entry((library, missing.version.as_os_str()))
                    .or_default() += 1;
            }
        }
        lacking
    }

    /// The libraries that files miss and the tree has, and how many files miss each.
    #[must_use]
    pub fn missing_of_tree(&self) -> BTreeMap<&OsStr, usize> {
        let mut missing = BTreeMap::new();
        for name in self
            .reports
            .iter()
            .flat_map(|it| &it.problems)
            .filter_map(name_of_missing)
        {
            if self.find(name).is_some() {
                *missing.entry(name).or_default() += 1;
            }
        }
        missing
    }

    /// The libraries that files of the tree may load later, by notes or by what their texts look like, and that would not be
    /// found, nor does the tree have one. Each with the first file that has it.
    #[must_use]
    pub fn missing_later(&self) -> BTreeMap<&OsStr, &Path> {
        let mut missing = BTreeMap::new();
        for report in &self.reports {
            let probes = resolution(report).into_iter().flat_map(|it| &it.probes);
            for probe in probes.filter(|it| !it.candidates.iter().any(Candidate::is_usable)) {
                let names = probe.candidates.iter().map(|it| it.name.as_os_str());
                let is_here = names.clone().any(|it| self.find(it).is_some());
                if let (false, Some(name)) = (is_here, names.clone().next()) {
                    missing.entry(name).or_insert(report.path.as_path());
                }
            }
        }
        missing
    }
}

/// What the loader would do with a file.
pub(super) fn resolution(report: &Report) -> Option<&Resolution> {
    match &report.kind {
        Kind::Dynamic(it) => it.resolution.as_ref(),
        _ => None,
    }
}

/// The library that a problem is about, if it is missing.
pub(super) fn name_of_missing(problem: &Problem) -> Option<&OsStr> {
    match problem {
        Problem::Missing { name, .. } => Some(name),
        _ => None,
    }
}
