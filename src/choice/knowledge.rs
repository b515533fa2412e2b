//! What choices depend on, and the best of several packages by it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::rank::{Criterion, Facts, Ranking};
use super::{Candidate, Choice, Need, Selection, candidates};
use crate::index::Provider;

/// What choices depend on.
pub struct Knowledge<'a> {
    /// By the name of a library, the packages that have it, for programs of the right machine.
    pub providers: &'a BTreeMap<String, Vec<Provider>>,
    /// What a user has decided.
    pub selections: &'a [Selection],
    /// What was chosen before.
    pub chosen: &'a [Candidate],
    /// What else is known of packages.
    pub facts: &'a dyn Facts,
    /// The version of the glibc in use, if it is known.
    pub glibc: Option<(u32, u32)>,
    /// The package of that glibc.
    pub glibc_package: Option<PathBuf>,
}

impl Knowledge<'_> {
    pub(super) fn selection(&self, name: &str) -> Option<&Selection> {
        self.selections.iter().find(|it| it.name == name)
    }

    /// All that the index knows.
    pub(super) fn known(&self, name: &str) -> Vec<Candidate> {
        self.providers
            .get(name)
            .map_or_else(Vec::new, |it| candidates(it))
    }

    /// Chooses the best; there is at least one.
    pub(super) fn best(
        &self,
        need: &Need,
        candidates: Vec<Candidate>,
        choices: &[&Choice],
    ) -> Choice {
        let earlier = choices.iter().map(|it| &it.candidate);
        let chosen: Vec<_> = self.chosen.iter().chain(earlier).collect();
        let ranking = Ranking {
            need,
            chosen: &chosen,
            facts: self.facts,
        };
        let mut ranked = ranking.rank(candidates);
        let candidate = ranked.candidates.remove(0);
        let others = ranked.candidates;
        let mut equals = others[..ranked.equals - 1].iter();
        let is_selected = self.selection(&need.name).is_some();
        // Another version of the same is no reason to ask.
        let is_clear = is_selected || equals.all(|it| candidate.is_same_software(it));
        let reason = match (others.first(), ranked.difference) {
            _ if is_selected => "selected by you".to_owned(),
            (None, _) => "the only package that has it".to_owned(),
            (Some(_), Some(criterion)) => self.reason(criterion, &candidate, need, choices),
            (Some(second), None) if is_clear => {
                match candidate.software().1 == second.software().1 {
                    true => "the first of several builds".to_owned(),
                    false => "the newest of several versions".to_owned(),
                }
            }
            (Some(_), None) => "the first of several that are as good".to_owned(),
        };
        Choice {
            need: need.clone(),
            candidate,
            reason,
            is_clear,
            others,
        }
    }

    fn reason(
        &self,
        criterion: Criterion,
        candidate: &Candidate,
        need: &Need,
        choices: &[&Choice],
    ) -> String {
        match criterion {
            Criterion::AlreadyChosen => {
                let mut choices = choices.iter();
                match choices.find(|it| it.candidate.is_same_package(candidate)) {
                    Some(choice) => format!("chosen for {} already", choice.need.name),
                    None => "chosen already".into(),
                }
            }
            Criterion::Versions => format!("known to offer {}", need.versions.join(", ")),
            Criterion::TopLevel => "at the top level of nixpkgs".into(),
            Criterion::Output => format!("in an output for libraries, {}", candidate.output),
            Criterion::Directory => format!("has it in {}/ itself", candidate.directory()),
            Criterion::Closure => {
                let path = candidate.store_path.as_deref();
                match path.and_then(|it| self.facts.new_closure(it)) {
                    Some(0) => "in the store already".into(),
                    _ => "adds the least to the store".into(),
                }
            }
        }
    }
}

/// The package that a user means; with what the index knows of it, if it does.
pub(super) fn pick(selection: &Selection, mut known: Vec<Candidate>) -> Candidate {
    known.retain(|it| selection.means(it));
    // `zlib` means its output `out` before others.
    let exact = known.iter().position(|it| it.name() == selection.package);
    match known.is_empty() {
        false => known.swap_remove(exact.unwrap_or(0)),
        true => selection.unknown(),
    }
}
