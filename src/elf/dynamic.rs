//! The dynamic section: what a file asks of its loader, and the symbol versions that it offers.
//!
//! Its structures are those of the System V ABI, chapter "Dynamic Section"; those of versions are in
//! the Linux Standard Base, "Symbol Versioning". Numbers are little-endian.

use std::ffi::{OsStr, OsString};

use goblin::elf::dynamic::{
    DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRTAB, DT_VERDEF, DT_VERNEED,
};
use goblin::elf::program_header::PT_DYNAMIC;

use super::image::text;
use super::{Class, Image};

/// More entries than this no linker makes: a file that has more is damaged, or made to waste time.
const MOST_ENTRIES: usize = 1 << 16;

/// See [`DependencyKind::Auxiliary`].
const DT_AUXILIARY: u64 = 0x7fff_fffd;
/// See [`DependencyKind::Filter`].
const DT_FILTER: u64 = 0x7fff_ffff;

/// `VER_FLG_WEAK`: nobody minds if the version is missing.
const WEAK: u16 = 2;

/// What a dynamic section says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dynamic {
    /// Other files it asks for, in order.
    pub dependencies: Vec<Dependency>,
    /// `DT_SONAME`
    pub soname: Option<OsString>,
    /// `DT_RPATH`, as it is written
    pub rpath: Option<OsString>,
    /// `DT_RUNPATH`, as it is written
    pub runpath: Option<OsString>,
    /// `DT_FLAGS_1`
    pub flags_1: u64,
    /// The versions that it wants of other files.
    pub versions_needed: Vec<VersionNeed>,
    /// The versions that it offers; `None` if it has none at all.
    pub versions_offered: Option<Vec<OsString>>,
}

/// A file that another one asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// How it is asked for.
    pub kind: DependencyKind,
    /// Its name, as it is written.
    pub name: OsString,
}

/// How a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DependencyKind {
    /// `DT_NEEDED`
    Needed,
    /// `DT_AUXILIARY`: if it is there, its symbols come before those of the file that asks.
    Auxiliary,
    /// `DT_FILTER`: its symbols take the place of those of the file that asks.
    Filter,
}

/// A version that a file wants of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionNeed {
    /// The name of the other file, as one of its dependencies has it.
    pub file: OsString,
    /// The version.
    pub version: OsString,
    /// Whether nobody minds if it is missing.
    pub is_weak: bool,
}

impl Dynamic {
    /// Reads the dynamic section; `None` if the file has none. What is damaged in it is left out.
    #[must_use]
    pub fn of(image: &Image<'_>) -> Option<Self> {
        let table = image.content(image.segment(PT_DYNAMIC)?)?;
        if table.is_empty() {
            return None;
        }
        let entries = entries(table, image.identity.class);
        let value = |tag| entries.iter().rev().find(|it| it.0 == tag).map(|it| it.1);
        let strings = image
            .from_address(value(DT_STRTAB).unwrap_or(0))
            .unwrap_or_default();
        let string = |offset: u64| {
            let bytes = strings.get(usize::try_from(offset).ok()?..)?;
            text(bytes).map(OsStr::to_owned)
        };
        let dependencies = entries.iter().filter_map(|&(tag, value)| {
            let kind = match tag {
                DT_NEEDED => DependencyKind::Needed,
                DT_AUXILIARY => DependencyKind::Auxiliary,
                DT_FILTER => DependencyKind::Filter,
                _ => return None,
            };
            let name = string(value)?;
            Some(Dependency { kind, name })
        });
        let at = |tag| value(tag).and_then(|address| image.from_address(address));
        Some(Self {
            dependencies: dependencies.collect(),
            soname: value(DT_SONAME).and_then(string),
            rpath: value(DT_RPATH).and_then(string),
            runpath: value(DT_RUNPATH).and_then(string),
            flags_1: value(DT_FLAGS_1).unwrap_or(0),
            versions_needed: at(DT_VERNEED)
                .map(|table| versions_needed(table, string))
                .unwrap_or_default(),
            versions_offered: at(DT_VERDEF).map(|table| versions_offered(table, string)),
        })
    }
}

/// Tags and values, up to the one that ends the table.
fn entries(table: &[u8], class: Class) -> Vec<(u64, u64)> {
    let word = match class {
        Class::Bits32 => 4,
        Class::Bits64 => 8,
    };
    let number = |bytes: &[u8]| {
        let digits = bytes.iter().rev();
        digits.fold(0, |number, &byte| number << 8 | u64::from(byte))
    };
    let entries = table.chunks_exact(2 * word).take(MOST_ENTRIES);
    let entries = entries.map(|entry| (number(&entry[..word]), number(&entry[word..])));
    entries.take_while(|&(tag, _)| tag != 0).collect()
}

/// `Elf_Verneed`: version, count (2 bytes each), name of the file, offset of the first `Elf_Vernaux`,
/// offset of the next entry (4 each). `Elf_Vernaux`: hash (4), flags, number (2 each), name, offset
/// of the next (4 each). Offsets count from the entry they are in; 0 ends a list.
fn versions_needed(table: &[u8], string: impl Fn(u64) -> Option<OsString>) -> Vec<VersionNeed> {
    let mut needs = Vec::new();
    let mut steps = 0;
    for_each(table, 12, &mut steps, |file, steps| {
        let name = string(u32_at(file, 4)?.into())?;
        let first = table_at(file, u32_at(file, 8)?)?;
        for_each(first, 12, steps, |need, _| {
            needs.push(VersionNeed {
                file: name.clone(),
                version: string(u32_at(need, 8)?.into())?,
                is_weak: u16_at(need, 4)? & WEAK != 0,
            });
            Some(())
        });
        Some(())
    });
    needs
}

/// `Elf_Verdef`: version, flags, number, count (2 bytes each), hash, offset of the first
/// `Elf_Verdaux`, offset of the next entry (4 each). `Elf_Verdaux`: name (4), and more that does
/// not count: only the first one names the version.
fn versions_offered(table: &[u8], string: impl Fn(u64) -> Option<OsString>) -> Vec<OsString> {
    let mut versions = Vec::new();
    for_each(table, 16, &mut 0, |entry, _| {
        let name = table_at(entry, u32_at(entry, 12)?)?;
        versions.push(string(u32_at(name, 0)?.into())?);
        Some(())
    });
    versions
}

/// Calls `visit` for each entry of a list whose entries have the offset of the next one at `next`.
/// Stops where one is damaged, or if there are too many in all.
fn for_each<'a>(
    first: &'a [u8],
    next: usize,
    steps: &mut usize,
    mut visit: impl FnMut(&'a [u8], &mut usize) -> Option<()>,
) {
    let mut entry = Some(first);
    while let Some(bytes) = entry
        && *steps < MOST_ENTRIES
    {
        *steps += 1;
        if visit(bytes, steps).is_none() {
            return;
        }
        entry = match u32_at(bytes, next) {
            None | Some(0) => None,
            Some(offset) => table_at(bytes, offset),
        };
    }
}

fn table_at(bytes: &[u8], offset: u32) -> Option<&[u8]> {
    bytes.get(usize::try_from(offset).ok()?..)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn own_bytes() -> Vec<u8> {
        fs::read(std::env::current_exe().unwrap()).unwrap()
    }

    #[test]
    fn this_test_needs_a_libc_with_versions_and_libc_offers_them() {
        let bytes = own_bytes();
        let image = Image::parse(&bytes).unwrap();
        let own = Dynamic::of(&image).unwrap();
        let needs_libc = |it: &Dependency| it.name == "libc.so.6";
        assert!(own.dependencies.iter().any(needs_libc), "{own:?}");
        let need = own.versions_needed.iter().find(|it| it.file == "libc.so.6");
        let need = need.expect("it wants versions of libc");

        let loader = fs::read(image.interpreter().unwrap()).unwrap();
        let loader = Dynamic::of(&Image::parse(&loader).unwrap()).unwrap();
        let offered = loader.versions_offered.expect("it offers versions");
        assert!(offered.iter().any(|it| it == "GLIBC_PRIVATE"));
        assert!(need.version.to_str().unwrap().starts_with("GLIBC_"));
    }

    #[test]
    fn lists_that_go_round_in_circles_end() {
        // One entry whose lists overlap with itself: each step goes one byte on.
        let table: Vec<u8> = [1, 0].repeat(40_000);
        let needs = versions_needed(&table, |_| Some("x".into()));
        assert!(needs.len() <= MOST_ENTRIES);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_damage_makes_it_panic(changes in prop::collection::vec((0usize..6000, any::<u8>()), 1..40)) {
            let mut bytes = own_bytes();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            if let Ok(image) = Image::parse(&bytes) {
                let _ = Dynamic::of(&image);
                let _ = crate::elf::notes(&image).count();
                let _ = image.interpreter();
            }
        }
    }
}
