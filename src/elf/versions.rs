//! Symbol versions: the lists of those that a file wants and offers. Their structures are in the Linux Standard Base, "Symbol
//! Versioning". Numbers are little-endian.

use std::ffi::OsString;

use super::number::{u16_at, u32_at};

/// More entries than this no linker makes: a file that has more is damaged, or made to waste time.
const MOST_ENTRIES: usize = 1 << 16;

/// `VER_FLG_WEAK`: nobody minds if the version is missing.
const WEAK: u16 = 2;

/// A version that a file wants of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionNeed {
    /// The name of the other file, as one of its dependencies has it.
    pub file: OsString,
    /// The version.
    pub version: OsString,
    /// The number that the file's symbols of this version have.
    pub number: u16,
    /// Whether nobody minds if it is missing.
    pub is_weak: bool,
}

/// `Elf_Verneed`: version, count (2 bytes each), name of the file, offset of the first `Elf_Vernaux`,
/// offset of the next entry (4 each). `Elf_Vernaux`: hash (4), flags, number (2 each), name, offset
/// of the next (4 each). Offsets count from the entry they are in; 0 ends a list.
///
/// Whether all of it can be read.
pub(super) fn read_versions_needed(
    table: &[u8],
    string: impl Fn(u64) -> Option<OsString>,
    needs: &mut Vec<VersionNeed>,
) -> bool {
    let mut steps = 0;
    for_each(table, 12, &mut steps, |file, steps| {
        let name = string(u32_at(file, 4)?.into())?;
        let first = table_at(file, u32_at(file, 8)?)?;
        let is_whole = for_each(first, 12, steps, |need, _| {
            needs.push(VersionNeed {
                file: name.clone(),
                version: string(u32_at(need, 8)?.into())?,
                number: u16_at(need, 6)?,
                is_weak: u16_at(need, 4)? & WEAK != 0,
            });
            Some(())
        });
        is_whole.then_some(())
    })
}

/// `Elf_Verdef`: version, flags, number, count (2 bytes each), hash, offset of the first
/// `Elf_Verdaux`, offset of the next entry (4 each). `Elf_Verdaux`: name (4), and more that does
/// not count: only the first one names the version. Whether all of it can be read.
pub(super) fn read_versions_offered(
    table: &[u8],
    string: impl Fn(u64) -> Option<OsString>,
    versions: &mut Vec<OsString>,
) -> bool {
    for_each(table, 16, &mut 0, |entry, _| {
        let name = table_at(entry, u32_at(entry, 12)?)?;
        versions.push(string(u32_at(name, 0)?.into())?);
        Some(())
    })
}

/// Calls `visit` for each entry of a list whose entries have the offset of the next one at `next`.
/// Stops where one is damaged, or if there are too many in all; false in either case.
fn for_each<'a>(
    first: &'a [u8],
    next: usize,
    steps: &mut usize,
    mut visit: impl FnMut(&'a [u8], &mut usize) -> Option<()>,
) -> bool {
    let mut bytes = first;
    while *steps < MOST_ENTRIES {
        *steps += 1;
        if visit(bytes, steps).is_none() {
            return false;
        }
        bytes = match u32_at(bytes, next) {
            Some(0) => return true,
            Some(offset) => match table_at(bytes, offset) {
                Some(rest) => rest,
                None => return false,
            },
            None => return false,
        };
    }
    false
}

fn table_at(bytes: &[u8], offset: u32) -> Option<&[u8]> {
    bytes.get(usize::try_from(offset).ok()?..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_go_round_in_circles_end() {
        // One entry whose lists overlap with itself: each step goes one byte on.
        let table: Vec<u8> = [1, 0].repeat(40_000);
        let mut needs = Vec::new();
        read_versions_needed(&table, |_| Some("x".into()), &mut needs);
        assert!(needs.len() <= MOST_ENTRIES);
    }
}
