//! Which of several packages is the best for a library, and by which criterion.

use std::cmp::Ordering;
use std::path::Path;

use super::{Candidate, Need, package_name};

/// What is known of packages beside the index.
pub trait Facts {
    /// How many bytes a package would add to the store with all that it needs; 0 if it is there.
    /// `None` if that is not known.
    fn new_closure(&self, store_path: &Path) -> Option<u64>;
}

/// Nothing is known.
#[derive(Debug, Clone, Copy)]
pub struct NoFacts;

impl Facts for NoFacts {
    fn new_closure(&self, _: &Path) -> Option<u64> {
        None
    }
}

/// What packages are compared by, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Criterion {
    /// It was chosen for another library, which is named.
    AlreadyChosen,
    /// It is known to offer the symbol versions that are asked for.
    Versions,
    /// nixpkgs has it at the top level.
    TopLevel,
    /// The output is one for libraries.
    Output,
    /// The library is in the package's `lib`.
    Directory,
    /// It adds the least to the store.
    Closure,
}

const CRITERIA: [Criterion; 5] = [
    Criterion::AlreadyChosen,
    Criterion::Versions,
    Criterion::TopLevel,
    Criterion::Output,
    Criterion::Directory,
];

/// For comparing the packages that could be chosen for one library.
pub(super) struct Ranking<'a> {
    pub(super) need: &'a Need,
    /// What was chosen so far.
    pub(super) chosen: &'a [&'a Candidate],
    pub(super) facts: &'a dyn Facts,
}

/// Packages, the best first.
pub(super) struct Ranked {
    pub(super) candidates: Vec<Candidate>,
    /// By what the first is better than the second; `None` if by nothing, or if there is no second.
    pub(super) difference: Option<Criterion>,
    /// How many, from the first, no criterion tells apart.
    pub(super) equals: usize,
}

impl Ranking<'_> {
    /// Ranks packages, of which there is at least one. The order is the same whatever order they come in.
    ///
    /// New closures are asked for only where all else is equal.
    pub(super) fn rank(&self, mut candidates: Vec<Candidate>) -> Ranked {
        candidates.sort_by(|a, b| self.compare(a, b));
        let is_equal = |it: &&Candidate| self.difference(&candidates[0], it).is_none();
        let leading = candidates.iter().take_while(is_equal).count();
        let rest = candidates.split_off(leading);
        let mut sized: Vec<_> = candidates.into_iter().map(|it| (u64::MAX, it)).collect();
        if leading > 1 {
            for (size, candidate) in &mut sized {
                let path = candidate.store_path.as_deref();
                let known = path.and_then(|it| self.facts.new_closure(it));
                *size = known.unwrap_or(u64::MAX);
            }
            // Stable: what is equal stays in order.
            sized.sort_by_key(|(size, _)| *size);
        }
        let smallest = sized[0].0;
        let equals = sized.iter().filter(|(size, _)| *size == smallest).count();
        let mut candidates: Vec<_> = sized.into_iter().map(|(_, it)| it).collect();
        candidates.extend(rest);
        let difference = match candidates.get(1) {
            Some(_) if equals < leading && equals == 1 => Some(Criterion::Closure),
            Some(second) => self.difference(&candidates[0], second),
            None => None,
        };
        Ranked {
            candidates,
            difference,
            equals,
        }
    }

    fn compare(&self, a: &Candidate, b: &Candidate) -> Ordering {
        let by_criteria = CRITERIA.map(|it| self.score(it, a).cmp(&self.score(it, b)));
        by_criteria
            .into_iter()
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| tie_break(a, b))
    }

    /// The first criterion by which the two differ.
    fn difference(&self, a: &Candidate, b: &Candidate) -> Option<Criterion> {
        let mut criteria = CRITERIA.into_iter();
        criteria.find(|&it| self.score(it, a) != self.score(it, b))
    }

    /// The lower the better.
    fn score(&self, criterion: Criterion, candidate: &Candidate) -> u64 {
        let is_better = match criterion {
            Criterion::AlreadyChosen => self.chosen.iter().any(|it| it.is_same_package(candidate)),
            Criterion::Versions => return self.need.offers(candidate).score(),
            Criterion::TopLevel => {
                let dots = candidate.attribute.iter().flat_map(|it| it.matches('.'));
                return match candidate.is_own_attribute() {
                    true => u64::from(dots.count() > 0),
                    false => 2,
                };
            }
            Criterion::Output => ["out", "lib"].contains(&candidate.output.as_str()),
            Criterion::Directory => ["lib", "lib64"].contains(&candidate.directory()),
            // Compared by itself.
            Criterion::Closure => return 0,
        };
        u64::from(!is_better)
    }
}

/// Nothing that matters: so that the same is chosen each time, and what people would expect is
/// proposed first.
fn tie_break(a: &Candidate, b: &Candidate) -> Ordering {
    let software = |it: &Candidate| {
        let (name, _) = it.software();
        (!it.is_namesake, name.len(), name.to_owned())
    };
    let name = |it: &Candidate| (it.name().len(), it.name());
    let output = |it: &Candidate| (it.store_path.clone(), it.output.clone());
    software(a)
        .cmp(&software(b))
        .then_with(|| package_name::compare_versions(b.software().1, a.software().1))
        .then_with(|| name(a).cmp(&name(b)))
        .then_with(|| output(a).cmp(&output(b)))
}
