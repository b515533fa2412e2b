//! The dynamic section: what a file asks of its loader, and the symbol versions that it offers.
//!
//! Its structures are those of the System V ABI, chapter "Dynamic Section". Numbers are little-endian.

use std::ffi::OsString;

use goblin::elf::dynamic::{
    DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRTAB, DT_VERDEF, DT_VERNEED,
};
use goblin::elf::program_header::PT_DYNAMIC;

use super::number::number;
use super::versions::{VersionNeed, read_versions_needed, read_versions_offered};
use super::{Class, Image, Segment};

/// More entries than this no linker makes: a file that has more is damaged, or made to waste time.
const MOST_ENTRIES: usize = 1 << 16;

/// See [`DependencyKind::Auxiliary`].
const DT_AUXILIARY: u64 = 0x7fff_fffd;
/// See [`DependencyKind::Filter`].
const DT_FILTER: u64 = 0x7fff_ffff;

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
    /// What cannot be read of it, and so is not in the fields above.
    pub unreadable: Vec<Unreadable>,
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

/// Something that the loader reads and that is not where the dynamic section says. Real loaders end there, or worse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// What it is, in words.
    pub what: &'static str,
    /// Where in memory it should be.
    pub address: u64,
}

impl Dynamic {
    /// Reads the dynamic section; `None` if the file has none.
    #[must_use]
    pub fn of(image: &Image<'_>) -> Option<Self> {
        let segment = image.segment(PT_DYNAMIC)?;
        if segment.file_size == 0 {
            return None;
        }
        let mut unreadable = Vec::new();
        let mut tell = |what, address| {
            let it = Unreadable { what, address };
            if !unreadable.contains(&it) {
                unreadable.push(it);
            }
        };
        let entries = table(image, segment).unwrap_or_else(|known| {
            tell("its dynamic section", segment.address);
            known
        });
        let value = |tag| entries.iter().rev().find(|it| it.0 == tag).map(|it| it.1);
        let strings = value(DT_STRTAB);
        let place = |offset: u64| strings.unwrap_or(0).wrapping_add(offset);
        let text = |offset: u64| image.text_at(strings?.wrapping_add(offset));
        let mut dependencies = Vec::new();
        for &(tag, offset) in &entries {
            let kind = match tag {
                DT_NEEDED => DependencyKind::Needed,
                DT_AUXILIARY => DependencyKind::Auxiliary,
                DT_FILTER => DependencyKind::Filter,
                _ => continue,
            };
            match text(offset) {
                Some(name) => dependencies.push(Dependency { kind, name }),
                None => tell("the name of a library that it needs", place(offset)),
            }
        }
        let mut string = |tag, what| {
            let offset = value(tag)?;
            let found = text(offset);
            if found.is_none() {
                tell(what, place(offset));
            }
            found
        };
        let soname = string(DT_SONAME, "its soname");
        let rpath = string(DT_RPATH, "its RPATH");
        let runpath = string(DT_RUNPATH, "its RUNPATH");
        let mut list = |tag, what, read: &mut dyn FnMut(&[u8]) -> bool| {
            let address = value(tag)?;
            let is_whole = image.from_address(address).is_some_and(read);
            if !is_whole {
                tell(what, address);
            }
            Some(())
        };
        let (mut versions_needed, mut offered) = (Vec::new(), Vec::new());
        list(DT_VERNEED, "the symbol versions that it wants", &mut |it| {
            read_versions_needed(it, text, &mut versions_needed)
        });
        let offers = list(DT_VERDEF, "the symbol versions that it offers", &mut |it| {
            read_versions_offered(it, text, &mut offered)
        });
        Some(Self {
            dependencies,
            soname,
            rpath,
            runpath,
            flags_1: value(DT_FLAGS_1).unwrap_or(0),
            versions_needed,
            versions_offered: offers.map(|()| offered),
            unreadable,
        })
    }
}

/// The entries of a file's dynamic section, if it has one that can be read.
pub(super) fn entries_of(image: &Image<'_>) -> Option<Entries> {
    table(image, image.segment(PT_DYNAMIC)?).ok()
}

/// Tags and values.
pub(super) type Entries = Vec<(u64, u64)>;

/// The entries of the table; those that can be read, if it has no end.
fn table(image: &Image<'_>, segment: &Segment) -> Result<Entries, Entries> {
    let class = image.identity.class;
    let mapped = image.from_address(segment.address).unwrap_or_default();
    entries(mapped, class).or_else(|_| {
        let size = MOST_ENTRIES * 16;
        let whole = entries(&image.in_memory(segment.address, size), class);
        // Where it is not mapped at all, the file may still have it.
        let in_file = image.content(segment).unwrap_or_default();
        whole.map_err(|known| {
            if mapped.is_empty() {
                entries(in_file, class).unwrap_or_else(|it| it)
            } else {
                known
            }
        })
    })
}

/// Tags and values, up to the one that ends the table; those that there are, if none does.
fn entries(table: &[u8], class: Class) -> Result<Entries, Entries> {
    let word = class.word();
    let mut known = Vec::new();
    for entry in table.chunks_exact(2 * word).take(MOST_ENTRIES) {
        match [0, word].map(|at| number(entry, at, word)) {
            [Some(0), _] => return Ok(known),
            [Some(tag), Some(value)] => known.push((tag, value)),
            _ => break,
        }
    }
    Err(known)
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
