//! Choosing: what is decided first, and what depends on it.

use super::knowledge::{Knowledge, pick};
use super::{Candidate, Choice, ChoiceError, Need, Offers, glibc};

/// What was chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// A package per library, in the order of the needs.
    pub libraries: Vec<Choice>,
    /// The glibc that takes the place of the one in use, with its loader, if a newer one is wanted.
    pub glibc: Option<Choice>,
}

impl Choices {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Choice> {
        self.glibc.iter().chain(&self.libraries)
    }

    /// The first that a user has to decide.
    #[must_use]
    pub fn unclear(&self) -> Option<&Choice> {
        self.iter().find(|it| !it.is_clear)
    }
}

/// Chooses a package for each library.
///
/// What a user has decided comes first; then libraries that only one package has, because others may
/// be in the same package; then the rest.
///
/// # Errors
/// There is none for a library.
pub fn choose(needs: &[Need], knowledge: &Knowledge<'_>) -> Result<Choices, ChoiceError> {
    for (at, selection) in knowledge.selections.iter().enumerate() {
        let mut later = knowledge.selections[at + 1..].iter();
        if later.any(|it| it.name == selection.name && it.package != selection.package) {
            return Err(ChoiceError::SelectedTwice(selection.name.clone()));
        }
    }
    let glibc = glibc::choose(needs, knowledge)?;
    let mut open = Vec::new();
    for (at, need) in needs.iter().enumerate() {
        if glibc.is_none() || !glibc::is_part_of_glibc(&need.name) {
            open.push((at, need, candidates(knowledge, need)?));
        }
    }
    // Stable: libraries of one kind stay in the order of the needs.
    open.sort_by_key(|(_, need, candidates)| {
        let is_selected = knowledge.selection(&need.name).is_some();
        (!is_selected, candidates.len() > 1)
    });

    let mut done: Vec<(usize, Choice)> = Vec::new();
    for (at, need, candidates) in open {
        let chosen: Vec<_> = done.iter().map(|(_, choice)| choice).collect();
        let choice = knowledge.best(need, candidates, &chosen);
        done.push((at, choice));
    }
    done.sort_by_key(|&(at, _)| at);
    Ok(Choices {
        libraries: done.into_iter().map(|(_, choice)| choice).collect(),
        glibc,
    })
}

/// The packages that could be chosen: the one that was selected, or all that will do.
fn candidates(knowledge: &Knowledge<'_>, need: &Need) -> Result<Vec<Candidate>, ChoiceError> {
    let mut known = knowledge.known(&need.name);
    if let Some(selection) = knowledge.selection(&need.name) {
        return Ok(vec![pick(selection, known)]);
    }
    if need.name.contains('/') {
        return Err(ChoiceError::ByPath(need.clone()));
    }
    if glibc::is_part_of_glibc(&need.name) {
        known.retain(|it| it.store_path == knowledge.glibc_package);
        if known.is_empty() {
            return Err(ChoiceError::OfGlibc(need.clone()));
        }
    }
    let count = known.len();
    known.retain(|it| need.offers(it) != Offers::TooFew);
    match (known.is_empty(), count) {
        (false, _) => Ok(known),
        (true, 0) => Err(ChoiceError::NoProvider(need.clone())),
        (true, _) => Err(ChoiceError::NoVersions(need.clone(), count)),
    }
}
