//! Reading a cache, also a damaged one.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{CacheEntry, ENTRY_SIZE, HEADER_SIZE, LITTLE_ENDIAN, LoaderCache, MAGIC};

/// The start of the format before glibc 2.2. Such a file may have the newer format in its strings
/// (`ldconfig -c compat`, the default before glibc 2.32).
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0";
/// Where the number of entries is in the old header, `struct cache_file`.
const OLD_COUNT_AT: usize = 12;
/// The size of the old header.
const OLD_HEADER_SIZE: usize = 16;
/// The size of an old entry, `struct file_entry`.
const OLD_ENTRY_SIZE: usize = 12;
/// The newer header within an old file is aligned to this.
const ALIGNMENT: usize = 8;

/// The longest path that a system call takes, with its NUL: `PATH_MAX`. Without a limit the entries of a
/// small damaged file could all have a long string, and take gigabytes together.
const LONGEST: usize = 4096;

/// Why a file is no cache that a loader could read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheError {
    /// It does not start as a cache does.
    Magic,
    /// It is in the format before glibc 2.2 only.
    OldFormat,
    /// It is for big-endian machines, or the mark of its byte order is damaged.
    ByteOrder,
    /// It ends within its header or its entries.
    Truncated,
    /// The name or path of the entry of this number lies outside the file, has no end, or is longer than
    /// any path.
    String(usize),
}

impl fmt::Display for CacheError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("not a loader cache"),
            Self::OldFormat => f.write_str("a loader cache in the format before glibc 2.2"),
            Self::ByteOrder => f.write_str("a loader cache that is not little-endian"),
            Self::Truncated => f.write_str("the loader cache is cut off"),
            Self::String(entry) => {
                write!(f, "entry {entry} of the loader cache has a damaged string")
            }
        }
    }
}

impl std::error::Error for CacheError {}

impl LoaderCache {
    /// Reads the bytes of an `ld.so.cache`. Entries keep the order of the file; those for hardware
    /// capabilities are left out. The OS version of an entry is not read: the kernels it asks for
    /// are older than any on which ldshim runs.
    ///
    /// # Errors
    /// See [`CacheError`].
    pub fn parse(file: &[u8]) -> Result<Self, CacheError> {
        let cache = skip_old_format(file)?;
        if !cache.starts_with(MAGIC) {
            return Err(CacheError::Magic);
        }
        let header = cache.get(..HEADER_SIZE).ok_or(CacheError::Truncated)?;
        if !matches!(header[28], 0 | LITTLE_ENDIAN) {
            return Err(CacheError::ByteOrder);
        }
        let count = u32_at(header, 20).ok_or(CacheError::Truncated)? as usize;
        let table = count
            .checked_mul(ENTRY_SIZE)
            .and_then(|size| cache[HEADER_SIZE..].get(..size))
            .ok_or(CacheError::Truncated)?;

        let mut entries = Vec::with_capacity(count);
        for (number, entry) in table.chunks_exact(ENTRY_SIZE).enumerate() {
            let field = |at| u32_at(entry, at).ok_or(CacheError::Truncated);
            if (field(16)?, field(20)?) != (0, 0) {
                continue;
            }
            let string = |at| string_at(cache, at).ok_or(CacheError::String(number));
            entries.push(CacheEntry {
                flags: field(0)?.cast_signed(),
                name: string(field(4)?)?.to_owned(),
                path: Path::new(string(field(8)?)?).to_owned(),
            });
        }
        Ok(Self { entries })
    }
}

/// The part of `file` in the newer format.
pub(super) fn skip_old_format(file: &[u8]) -> Result<&[u8], CacheError> {
    if !file.starts_with(OLD_MAGIC) {
        return Ok(file);
    }
    let count = u32_at(file, OLD_COUNT_AT).ok_or(CacheError::Truncated)? as usize;
    let cache = count
        .checked_mul(OLD_ENTRY_SIZE)
        .and_then(|size| size.checked_add(OLD_HEADER_SIZE))
        .and_then(|end| end.checked_next_multiple_of(ALIGNMENT))
        .and_then(|start| file.get(start..))
        .ok_or(CacheError::Truncated)?;
    if cache.starts_with(MAGIC) {
        Ok(cache)
    } else {
        Err(CacheError::OldFormat)
    }
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

pub(super) fn string_at(cache: &[u8], at: u32) -> Option<&OsStr> {
    let tail = cache.get(at as usize..)?;
    let end = memchr::memchr(0, &tail[..tail.len().min(LONGEST)])?;
    Some(OsStr::from_bytes(&tail[..end]))
}
