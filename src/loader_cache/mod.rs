//! glibc's cache of libraries, `ld.so.cache`, in the format that glibc 2.2 introduced
//! ("glibc-ld.so.cache" "1.1") and that is the default of `ldconfig` since 2.32.
//!
//! The format, from `sysdeps/generic/dl-cache.h` and `elf/cache.c` of glibc; every number has the
//! byte order of the machine, which is little-endian for every [`Architecture`]:
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 20 | magic and version, without a NUL |
//! | 20 | 4 | number of entries |
//! | 24 | 4 | size of the strings |
//! | 28 | 1 | byte order: 2 little, 3 big, 0 unknown (before glibc 2.33) |
//! | 32 | 4 | offset of the extensions, 0 if there are none |
//! | 48 | 24 each | entries: flags, name, path, OS version (4 each), hardware capabilities (8) |
//! | | | strings, each ends with a NUL |
//!
//! Names and paths are offsets from the start of the header. The loader finds a name by binary
//! search, so the entries are sorted, descending, by glibc's own order of names.
//!
//! Entries for hardware capabilities (`glibc-hwcaps/x86-64-v3` and the like) are passed over in
//! reading and never written: they are faster duplicates of plain entries. So the extensions,
//! which hold the names of those capabilities and the program that wrote the file, are not read.
//! Only [`CacheFile`], which searches a file as a real loader does, knows of both.

mod list;
mod order;
mod read;
mod search;
mod write;

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::elf::Architecture;

pub use list::{Listed, list, sort};
pub use read::CacheError;
pub use search::CacheFile;

/// Magic and version at the start of the header.
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// The size of the header, `struct cache_file_new`.
const HEADER_SIZE: usize = 48;
/// The size of an entry, `struct file_entry_new`.
const ENTRY_SIZE: usize = 24;
/// `cache_file_new_flags_endian_little`
const LITTLE_ENDIAN: u8 = 2;

/// One library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheEntry {
    /// The name that programs ask for, for instance `libz.so.1`.
    pub name: OsString,
    /// The file.
    pub path: PathBuf,
    /// For which kind of program: [`Architecture::cache_flags`].
    pub flags: i32,
}

/// What an `ld.so.cache` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoaderCache {
    entries: Vec<CacheEntry>,
}

impl LoaderCache {
    /// A cache of these entries, sorted for the loader of `architecture`. Of several entries of
    /// one name and one kind the loader takes the first.
    #[must_use]
    pub fn new(mut entries: Vec<CacheEntry>, architecture: &Architecture) -> Self {
        entries.sort_by(|a, b| {
            order::sorting_order(&b.name, &a.name, architecture).then(b.flags.cmp(&a.flags))
        });
        Self { entries }
    }

    /// The entries in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[CacheEntry] {
        &self.entries
    }

    /// The file that the loader of `architecture` takes for `name`: a binary search, then the
    /// first entry of the right kind among those that glibc holds to be of the same name, as
    /// `search_cache` in `elf/dl-cache.c` does it.
    ///
    /// To glibc, numbers in names are the same if their values are: `liba.so.01` is `liba.so.1`.
    #[must_use]
    pub fn lookup(&self, name: &OsStr, architecture: &Architecture) -> Option<&Path> {
        let against = |entry: &CacheEntry| order::loader_order(name, &entry.name, architecture);
        let same_name = self.entries.iter().skip(self.first_of_name(against)?);
        same_name
            .take_while(|entry| against(entry).is_eq())
            .find(|entry| entry.flags == architecture.cache_flags)
            .map(|entry| entry.path.as_path())
    }

    /// The index of the first entry that compares equal. The steps are glibc's: in a file that is
    /// out of order another search could find what the loader does not.
    fn first_of_name(&self, against: impl Fn(&CacheEntry) -> Ordering) -> Option<usize> {
        let (mut left, mut right) = (0, self.entries.len());
        while left < right {
            let middle = (left + right - 1) / 2;
            match against(&self.entries[middle]) {
                Ordering::Less => left = middle + 1,
                Ordering::Greater => right = middle,
                Ordering::Equal => {
                    let before = self.entries[..middle].iter().rev();
                    let equal = before.take_while(|entry| against(entry).is_eq()).count();
                    return Some(middle - equal);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
