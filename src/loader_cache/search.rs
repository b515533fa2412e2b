//! A cache as a real loader searches it, entries for hardware capabilities included: `search_cache`
//! and what it calls in glibc's `elf/dl-cache.c`.
//!
//! The hardware capabilities of an entry are 64 bits. If, of the upper half, bit 30 is the only one
//! that is set beside the lowest ten, the entry is for `glibc-hwcaps`: the lower half is the number
//! of the folder's name, and the ten bits are the ISA level that the library asks for. The names are
//! in an extension: at the offset in the header, a magic number and a count (4 bytes each), then for
//! each section tag, flags, offset and size (4 each). Section 1 has the offsets of the names.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::read::{skip_old_format, string_at, u32_at};
use super::{CacheError, ENTRY_SIZE, HEADER_SIZE, LITTLE_ENDIAN, MAGIC, order};
use crate::elf::Architecture;

/// `cache_extension_magic`
const EXTENSION_MAGIC: u32 = 0xeaa4_2174;
/// `cache_extension_tag_glibc_hwcaps`
const TAG_HWCAPS: u32 = 1;
/// The upper half of `DL_CACHE_HWCAP_EXTENSION`
pub(super) const EXTENSION: u32 = 1 << 30;
/// `DL_CACHE_HWCAP_ISA_LEVEL_MASK`
pub(super) const ISA_LEVEL_MASK: u32 = (1 << 10) - 1;
/// `FLAG_ELF`: a library for whichever libc.
const FLAG_ELF: i32 = 1;

/// The bytes of a cache, checked as far as a loader does.
#[derive(Debug, Clone)]
pub struct CacheFile<B> {
    bytes: B,
    /// Where the part in the newer format begins.
    start: usize,
    pub(super) count: usize,
}

impl<B: AsRef<[u8]>> CacheFile<B> {
    /// Checks the header.
    ///
    /// # Errors
    /// The loader would not use it, or it is in the format before glibc 2.2 only.
    pub fn new(bytes: B) -> Result<Self, CacheError> {
        let file = bytes.as_ref();
        let cache = skip_old_format(file)?;
        if !cache.starts_with(MAGIC) {
            return Err(CacheError::Magic);
        }
        let header = cache.get(..HEADER_SIZE).ok_or(CacheError::Truncated)?;
        if !matches!(header[28] & 3, 0 | LITTLE_ENDIAN) {
            return Err(CacheError::ByteOrder);
        }
        let count = u32_at(header, 20).ok_or(CacheError::Truncated)? as usize;
        if (cache.len() - HEADER_SIZE) / ENTRY_SIZE < count {
            return Err(CacheError::Truncated);
        }
        let start = file.len() - cache.len();
        Ok(Self {
            bytes,
            start,
            count,
        })
    }

    /// The file that a loader of `architecture` takes for `name`. `hwcaps` are the folders of
    /// `glibc-hwcaps` that it uses, best first; `isa_level` is the processor's, counted from 0.
    pub fn lookup(
        &self,
        name: &OsStr,
        architecture: &Architecture,
        hwcaps: &[impl AsRef<OsStr>],
        isa_level: u32,
    ) -> Option<&Path> {
        let against = |entry: usize| {
            let key = self.string(self.field(entry, 4)?)?;
            Some(order::loader_order(name, key, architecture))
        };
        let (mut left, mut right) = (0, self.count);
        let found = loop {
            if left >= right {
                return None;
            }
            let middle = (left + right - 1) / 2;
            let order = against(middle)?;
            if order.is_eq() {
                break middle;
            } else if order.is_lt() {
                left = middle + 1;
            } else {
                right = middle;
            }
        };
        let is_same = |&entry: &usize| against(entry).is_some_and(|order| order.is_eq());
        let first = (0..found).rev().take_while(is_same).last().unwrap_or(found);

        let mut best = None;
        let mut best_rank = None;
        for entry in (first..right).take_while(|&entry| entry <= found || is_same(&entry)) {
            let flags = self.field(entry, 0)?.cast_signed();
            let Some(path) = self.string(self.field(entry, 8)?) else {
                continue;
            };
            if flags != FLAG_ELF && flags != architecture.cache_flags {
                continue;
            }
            let (low, high) = (self.field(entry, 16)?, self.field(entry, 20)?);
            if high & !ISA_LEVEL_MASK == EXTENSION {
                let rank = self.rank(low, hwcaps);
                if high & ISA_LEVEL_MASK > isa_level || rank.is_none() {
                    continue;
                }
                if best.is_none() || rank < best_rank {
                    (best, best_rank) = (Some(path), rank);
                }
                continue;
            }
            // Entries for capabilities come first.
            if best.is_some() && best_rank.is_some() {
                break;
            }
            // What glibc before 2.33 wrote for capabilities.
            if (low, high) != (0, 0) {
                continue;
            }
            if best.is_none() || flags == architecture.cache_flags {
                best = Some(path);
            }
            if flags == architecture.cache_flags {
                break;
            }
        }
        best.map(Path::new)
    }

    /// How much a folder's name is preferred, less is more; `None` if it is not used.
    fn rank(&self, number: u32, hwcaps: &[impl AsRef<OsStr>]) -> Option<usize> {
        let name = self.hwcap_name(number)?;
        hwcaps.iter().position(|it| it.as_ref() == name)
    }

    pub(super) fn hwcap_name(&self, number: u32) -> Option<&OsStr> {
        let names = self.section(TAG_HWCAPS)?;
        let at = u32_at(names, (number as usize).checked_mul(4)?)?;
        // Behind the older format that is something else: glibc writes an offset in the newer part, and reads one in the file.
        string_at(self.bytes.as_ref(), at)
    }

    /// The contents of a section of the extension. Its offsets are those in the whole file.
    pub(super) fn section(&self, tag: u32) -> Option<&[u8]> {
        let cache = self.bytes.as_ref();
        let directory = cache.get(u32_at(self.cache(), 32)? as usize..)?;
        if u32_at(directory, 0)? != EXTENSION_MAGIC {
            return None;
        }
        let count = (u32_at(directory, 4)? as usize).min(directory.len() / 16);
        let mut sections = (0..count).filter_map(|section| directory.get(8 + section * 16..));
        let section = sections.find(|section| u32_at(section, 0) == Some(tag))?;
        let (offset, size) = (u32_at(section, 8)? as usize, u32_at(section, 12)? as usize);
        cache.get(offset..)?.get(..size)
    }

    pub(super) fn cache(&self) -> &[u8] {
        &self.bytes.as_ref()[self.start..]
    }

    pub(super) fn field(&self, entry: usize, at: usize) -> Option<u32> {
        u32_at(self.cache(), HEADER_SIZE + entry * ENTRY_SIZE + at)
    }

    pub(super) fn string(&self, at: u32) -> Option<&OsStr> {
        string_at(self.cache(), at).map(|it| OsStr::from_bytes(it.as_bytes()))
    }
}
