//! Room for strings in the dynamic string table.
//!
//! In this order: where the old string is; where the same string, or a longer one with this end, is already; where strings
//! are that nobody refers to any more; behind the end of the table, which then has to grow.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use goblin::elf::dynamic::{DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME};
use goblin::elf::section_header::{
    SHT_DYNAMIC, SHT_DYNSYM, SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_STRTAB,
};

use super::object::Object;
use super::tables::VersionNames;

/// The tags whose values are offsets in the string table: those of the System V ABI, `DT_CONFIG`, `DT_DEPAUDIT`, `DT_AUDIT`,
/// `DT_AUXILIARY` and `DT_FILTER`.
const STRING_TAGS: [u64; 9] = [
    DT_NEEDED,
    DT_SONAME,
    DT_RPATH,
    DT_RUNPATH,
    0x6fff_fefa,
    0x6fff_fefb,
    0x6fff_fefc,
    0x7fff_fffd,
    0x7fff_ffff,
];

/// Whether a tag's value is an offset in the string table.
pub(super) fn is_string(tag: u64) -> bool {
    STRING_TAGS.contains(&tag)
}

/// A string that is wanted, and the one that it takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WantedString {
    /// The text, without its NUL.
    pub text: Vec<u8>,
    /// Where in the string table the old string is, if there is one.
    pub old: Option<u64>,
}

/// For more strings than this, unused room is not sought.
const FEW: usize = 64;

/// How room for a string was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StringRoom {
    /// It was there.
    Unchanged,
    /// In place of the old string.
    OldPlace,
    /// It stands in the string table anyway, be it as the end of another string.
    AlreadyThere,
    /// Where strings were that nobody refers to.
    Unused,
    /// Behind the end of the string table.
    Appended,
}

/// Where strings will be.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// The offset of each wanted string, and how it was found.
    pub strings: Vec<(u64, StringRoom)>,
    /// Changes in the table: offsets in it, and bytes.
    pub changes: Vec<(u64, Vec<u8>)>,
    /// What the table has to have behind its end.
    pub appended: Vec<u8>,
}

/// The string table, and who refers to what in it.
pub(super) struct StringTable {
    bytes: Vec<u8>,
    /// The size before anything was appended.
    size: usize,
    /// The offsets that stay in use.
    used: BTreeSet<u64>,
    /// Strings by their texts, where there are so many to find room for that to search for each would take too long.
    known: Option<HashMap<Vec<u8>, u64>>,
    /// Whether somebody may refer to strings of whom nothing is known.
    has_strangers: bool,
}

impl StringTable {
    /// The table of a file. `changed` are the offsets that the references had which will be changed.
    pub fn new(object: &Object<'_>, names: &VersionNames, changed: &[u64]) -> Self {
        let extent = object.strings();
        let bytes = extent.and_then(|it| object.range(it.offset, it.size));
        let references = references(object, names);
        let has_strangers = references.is_none() || has_unknown_users(object);
        let mut used = references.unwrap_or_default();
        // One reference of each that is changed is gone; others to the same string stay.
        used.sort_unstable();
        let mut changed = changed.to_vec();
        changed.sort_unstable();
        let mut changed = changed.into_iter().peekable();
        used.retain(|used| {
            while changed.next_if(|it| it < used).is_some() {}
            changed.next_if_eq(used).is_none()
        });
        Self {
            bytes: bytes.unwrap_or_default().to_vec(),
            size: bytes.map_or(0, <[u8]>::len),
            used: used.into_iter().collect(),
            known: None,
            has_strangers,
        }
    }

    /// Finds room for strings, and wipes out those that nobody refers to any more, `gone` among them.
    pub fn place(mut self, wanted: &[WantedString], gone: &[u64]) -> Placed {
        let mut placed = Placed::default();
        if wanted.len() > FEW {
            self.known = Some(self.strings());
        }
        for it in wanted {
            let (at, room) = self.room(it, &mut placed.changes);
            self.used.insert(at);
            placed.strings.push((at, room));
        }
        for old in wanted
            .iter()
            .filter_map(|it| it.old)
            .chain(gone.iter().copied())
        {
            self.wipe(old, &mut placed.changes);
        }
        placed.appended = self.bytes.split_off(self.size);
        placed
    }

    fn room(
        &mut self,
        wanted: &WantedString,
        changes: &mut Vec<(u64, Vec<u8>)>,
    ) -> (u64, StringRoom) {
        let mut with_end = wanted.text.clone();
        with_end.push(0);
        let old = wanted.old.filter(|&old| self.whole(old).is_some());
        if let Some(old) = old {
            if self.bytes[old as usize..].starts_with(&with_end) {
                return (old, StringRoom::Unchanged);
            }
            if let Some(range) = self.unused_around(old) {
                let from = (old as usize..range.end).len();
                let start = if from >= wanted.text.len() {
                    old as usize
                } else {
                    range.start
                };
                if range.end - start >= wanted.text.len() {
                    self.overwrite(range, start, &wanted.text, changes);
                    return (start as u64, StringRoom::OldPlace);
                }
            }
        }
        if let Some(at) = self.already_there(&with_end) {
            return (at, StringRoom::AlreadyThere);
        }
        let unused = match self.known {
            Some(_) => None,
            None => self.unused(with_end.len()),
        };
        if let Some(start) = unused {
            let range = start..start + with_end.len();
            self.overwrite(range, start, &wanted.text, changes);
            return (start as u64, StringRoom::Unused);
        }
        let at = self.bytes.len();
        self.bytes.extend(with_end);
        if let Some(known) = &mut self.known {
            known.insert(wanted.text.clone(), at as u64);
        }
        (at as u64, StringRoom::Appended)
    }

    /// Where a string is, which is given with its NUL.
    fn already_there(&self, with_end: &[u8]) -> Option<u64> {
        let text = &with_end[..with_end.len() - 1];
        match &self.known {
            Some(known) => {
                let at = known.get(text).copied()?;
                // Others may have been written over it since.
                self.bytes[at as usize..]
                    .starts_with(with_end)
                    .then_some(at)
            }
            None => memchr::memmem::find(&self.bytes, with_end).map(|at| at as u64),
        }
    }

    /// All strings of the table.
    fn strings(&self) -> HashMap<Vec<u8>, u64> {
        let mut strings = HashMap::new();
        let mut start = 0;
        for end in memchr::memchr_iter(0, &self.bytes) {
            strings.insert(self.bytes[start..end].to_vec(), start as u64);
            start = end + 1;
        }
        strings
    }

    /// Writes a text at `start`, and zeros over the rest of an unused range.
    fn overwrite(
        &mut self,
        range: Range<usize>,
        start: usize,
        text: &[u8],
        changes: &mut Vec<(u64, Vec<u8>)>,
    ) {
        self.bytes[range.clone()].fill(0);
        self.bytes[start..start + text.len()].copy_from_slice(text);
        changes.push((range.start as u64, self.bytes[range].to_vec()));
    }

    /// Makes a string unreadable that nobody refers to: what it names, for instance a store path, shall not seem in use. It
    /// is filled with `X`, as patchelf does.
    fn wipe(&mut self, at: u64, changes: &mut Vec<(u64, Vec<u8>)>) {
        if let Some(range) = self.unused_around(at)
            && self.bytes[range.clone()].iter().any(|&it| it != b'X')
        {
            self.bytes[range.clone()].fill(b'X');
            changes.push((range.start as u64, self.bytes[range].to_vec()));
        }
    }

    /// The whole string, from NUL to NUL, in which an offset lies; it may be longer than what is read from there.
    fn whole(&self, at: u64) -> Option<Range<usize>> {
        let at = usize::try_from(at).ok().filter(|&at| at < self.size)?;
        let start = memchr::memrchr(0, &self.bytes[..at]).map_or(0, |it| it + 1);
        let end = at + memchr::memchr(0, &self.bytes[at..self.size])?;
        Some(start..end)
    }

    /// The whole string around an offset, if nobody refers to any part of it.
    fn unused_around(&self, at: u64) -> Option<Range<usize>> {
        let range = self.whole(at)?;
        (!self.has_strangers && range.start > 0 && self.is_unused(&range)).then_some(range)
    }

    /// Whether nobody refers to an offset from the start of a range to its end, the end included: a reference to a NUL is
    /// one to an empty string.
    fn is_unused(&self, range: &Range<usize>) -> bool {
        self.used
            .range(range.start as u64..=range.end as u64)
            .next()
            .is_none()
    }

    /// Where `length` bytes are that nobody refers to, the end of the string before them excluded.
    fn unused(&self, length: usize) -> Option<usize> {
        if self.has_strangers {
            return None;
        }
        // Between the end of the last string in use before it and the next one in use.
        let mut start = 1;
        for &next in self.used.iter().chain([&(self.size as u64)]) {
            let next = usize::try_from(next).unwrap_or(self.size).min(self.size);
            // The string that is in use may begin before its reference: a part of it that nobody refers to is still read.
            if next >= start + length {
                return Some(start);
            }
            let end = memchr::memchr(0, self.bytes.get(next..self.size)?)?;
            start = start.max(next + end + 1);
        }
        None
    }
}

/// The offsets of all strings that are referred to, one for each reference; `None` if they cannot be known.
fn references(object: &Object<'_>, names: &VersionNames) -> Option<Vec<u64>> {
    let of_tags = object.entries().iter().filter(|it| is_string(it.tag));
    let of_tags = of_tags.map(|it| it.value);
    let of_versions = names
        .files
        .iter()
        .chain(&names.versions)
        .map(|it| it.string);
    let mut references: Vec<u64> = of_tags.chain(of_versions).collect();
    let (_, symbols) = object.symbols()?;
    let symbols = symbols.chunks_exact(object.symbol_size() as usize);
    references.extend(symbols.map(|it| object.encoding.number(&it[..4])));
    Some(references)
}

/// Whether a section of a kind that is not known here uses the string table.
fn has_unknown_users(object: &Object<'_>) -> bool {
    let strings = object.strings().map_or(0, |it| it.address);
    let Some((table, _)) = object.section_at(strings, &[SHT_STRTAB]) else {
        return false;
    };
    let known = [SHT_DYNSYM, SHT_DYNAMIC, SHT_GNU_VERNEED, SHT_GNU_VERDEF];
    let mut users = object
        .sections
        .iter()
        .filter(|it| it.link as usize == table);
    users.any(|it| !known.contains(&it.kind))
}
