//! One glibc for all: its libraries and its loader have to be of the same version.
//!
//! A library of glibc that is too old is not replaced by itself. The whole glibc is, by a newer one,
//! which runs what was built for older ones; and then the loader is the newer one's as well.

use super::knowledge::{Knowledge, pick};
use super::package_name::{self, glibc_version};
use super::{Candidate, Choice, ChoiceError, Need, Offers};
use crate::explain::is_of_glibc_family;

/// The library that stands for the whole of glibc.
const LIBC: &str = "libc.so.6";
/// Where a package of glibc has it.
const LIBC_PATH: &str = "lib/libc.so.6";
/// What offers packed relative relocations wants this symbol version, which came with glibc 2.36.
const WITH_RELR: (&str, (u32, u32)) = ("GLIBC_ABI_DT_RELR", (2, 36));

/// Whether a library belongs to glibc.
#[must_use]
pub fn is_part_of_glibc(name: &str) -> bool {
    name == LIBC || name.starts_with("ld-linux") || is_of_glibc_family(name)
}

/// The glibc to be brought, if a symbol version is wanted that the one in use lacks; or if one is
/// selected, and a part of glibc is wanted at all.
pub(super) fn choose(
    needs: &[Need],
    knowledge: &Knowledge<'_>,
) -> Result<Option<Choice>, ChoiceError> {
    let is_lacking = |need: &&Need| is_part_of_glibc(&need.name) && !need.lacking.is_empty();
    let lacking: Vec<_> = needs.iter().filter(is_lacking).collect();
    let is_wanted = needs.iter().any(|need| is_part_of_glibc(&need.name));
    let selection = knowledge.selection(LIBC).filter(|_| is_wanted);
    if lacking.is_empty() && selection.is_none() {
        return Ok(None);
    }
    let need = whole(needs);
    if let Some(selection) = selection {
        let package = pick(selection, knowledge.known(LIBC));
        return Ok(Some(knowledge.best(&need, vec![package], &[])));
    }
    let oldest = lacking.iter().flat_map(|it| &it.lacking);
    let oldest = oldest.filter_map(|it| version_of(it)).max();
    let known = knowledge.known(LIBC);
    let count = known.len();
    let suits = |it: &Candidate| {
        let version = version(it);
        let is_new = version.is_some() && version > knowledge.glibc && version >= oldest;
        let has_versions = matches!(need.offers(it), Offers::All | Offers::Unknown);
        it.path.trim_start_matches('/') == LIBC_PATH && is_new && has_versions
    };
    let suitable: Vec<_> = known.into_iter().filter(suits).collect();
    match (suitable.is_empty(), count) {
        (false, _) => Ok(Some(knowledge.best(&need, suitable, &[]))),
        (true, 0) => Err(ChoiceError::NoProvider(need)),
        (true, _) => Err(ChoiceError::NoVersions(need, count)),
    }
}

/// What is wanted of glibc as a whole. Symbol versions are looked up in `libc.so.6` only, so those
/// that other libraries of glibc lack count by their number.
fn whole(needs: &[Need]) -> Need {
    let mut whole = Need {
        name: LIBC.into(),
        ..Need::default()
    };
    for need in needs.iter().filter(|it| is_part_of_glibc(&it.name)) {
        whole.needed_by.extend(need.needed_by.iter().cloned());
        whole.lacking.extend(need.lacking.iter().cloned());
        if need.name == LIBC {
            whole.versions.clone_from(&need.versions);
        }
    }
    for list in [&mut whole.needed_by, &mut whole.lacking] {
        list.sort();
        list.dedup();
    }
    whole
}

/// The version of glibc that first has a symbol version.
fn version_of(symbol_version: &str) -> Option<(u32, u32)> {
    if symbol_version == WITH_RELR.0 {
        return Some(WITH_RELR.1);
    }
    glibc_version(symbol_version.strip_prefix("GLIBC_")?)
}

/// The version of a glibc: what its store path says, or the newest symbol version that it offers. Not
/// every version of glibc brought new symbols, so the later one counts.
fn version(candidate: &Candidate) -> Option<(u32, u32)> {
    let offered = candidate.versions.iter().flatten();
    let offered = offered.filter_map(|it| version_of(it)).max();
    let store_path = candidate.store_path.as_deref();
    let named = store_path.map(package_name::split);
    let named = named.filter(|(name, _)| *name == "glibc");
    offered.max(named.and_then(|(_, version)| glibc_version(version)))
}
