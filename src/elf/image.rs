//! An ELF file whose bytes are in memory, and what lies at its addresses.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use goblin::elf::header::{header32, header64};
use goblin::elf::program_header::{PF_W, PF_X, PT_INTERP, PT_LOAD};

use super::segments::structure_at;
use super::{Class, IdentifyError, Identity, Segment, identify_header, sections, segments};

/// A text longer than this is none that a loader would take: longer than any path, and than any
/// search path that was seen.
const LONGEST_TEXT: usize = 1 << 16;

/// The smallest page that Linux has: what is mapped with any.
const PAGE: u64 = 0x1000;

/// The bytes of an ELF file, with its headers read.
#[derive(Debug)]
pub struct Image<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// What its first bytes tell.
    pub identity: Identity,
    /// Its program headers.
    pub segments: Vec<Segment>,
    /// `e_entry`
    pub entry: u64,
}

/// Why bytes are no [`Image`].
#[derive(Debug)]
pub enum ImageError {
    /// The ELF header is none, or damaged.
    Header(IdentifyError),
    /// The program headers cannot be read.
    ProgramHeaders,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => error.fmt(f),
            Self::ProgramHeaders => f.write_str("damaged program headers"),
        }
    }
}

impl std::error::Error for ImageError {}

impl<'a> Image<'a> {
    /// Reads the headers.
    ///
    /// # Errors
    /// See [`ImageError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let identity = identify_header(bytes).map_err(ImageError::Header)?;
        Self::parse_as(bytes, identity)
    }

    /// Reads the headers as those of such a file, whatever the first bytes say.
    ///
    /// # Errors
    /// See [`ImageError`].
    pub fn parse_as(bytes: &'a [u8], identity: Identity) -> Result<Self, ImageError> {
        let segments = segments(bytes, &identity).map_err(|_| ImageError::ProgramHeaders)?;
        let entry = match identity.class {
            Class::Bits32 => {
                structure_at(bytes, 0).map(|header: header32::Header| header.e_entry.into())
            }
            Class::Bits64 => structure_at(bytes, 0).map(|header: header64::Header| header.e_entry),
        };
        Ok(Self {
            bytes,
            identity,
            segments,
            entry: entry.map_err(|_| ImageError::ProgramHeaders)?,
        })
    }

    /// The first program header of a kind.
    #[must_use]
    pub fn segment(&self, kind: u32) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.kind == kind)
    }

    /// What the file has of a segment.
    #[must_use]
    pub fn content(&self, segment: &Segment) -> Option<&'a [u8]> {
        let start = usize::try_from(segment.offset).ok()?;
        let length = usize::try_from(segment.file_size).ok()?;
        self.bytes.get(start..)?.get(..length)
    }

    /// The bytes from an address on, as far as they are mapped from the file without a gap.
    ///
    /// Loaders map whole pages: what the file has behind a segment is there, too, up to the end of its last page, unless that is
    /// filled with zeros. What is mapped later covers what was mapped before. A table may go on in the next segment.
    #[must_use]
    pub fn from_address(&self, address: u64) -> Option<&'a [u8]> {
        let loads = || self.segments.iter().rev().filter(|it| it.kind == PT_LOAD);
        let holds = |it: &&Segment, size: u64| {
            (address.checked_sub(it.address)).is_some_and(|start| start < size)
        };
        let exact = loads().find(|it| holds(it, it.file_size));
        let segment = exact.or_else(|| loads().find(|it| holds(it, mapped_size(it))))?;
        let place = |it: &Segment| it.offset.wrapping_sub(it.address);
        let mut end = segment.offset.checked_add(mapped_size(segment))?;
        // In the order of their addresses, as the ABI wants them.
        for next in self.segments.iter().filter(|it| it.kind == PT_LOAD) {
            let goes_on = place(next) == place(segment) && next.offset <= end;
            end = match next.offset.checked_add(mapped_size(next)) {
                Some(later) if goes_on && later > end => later,
                _ => end,
            };
        }
        let start = usize::try_from(segment.offset + (address - segment.address)).ok()?;
        let end = usize::try_from(end)
            .unwrap_or(usize::MAX)
            .min(self.bytes.len());
        self.bytes.get(start..end).filter(|it| !it.is_empty())
    }

    /// The contents of the segments that are never written to and have no code in them, or if there
    /// are none, of those that have.
    #[must_use]
    pub fn constants(&self) -> Vec<&'a [u8]> {
        let constant = |flags| {
            let loads = self.segments.iter().filter(|it| it.kind == PT_LOAD);
            let chosen = loads.filter(move |it| it.flags & (PF_W | PF_X) == flags);
            chosen.filter_map(|it| self.content(it)).collect::<Vec<_>>()
        };
        // Linkers of old put headers, code and constants into one segment.
        let (plain, with_code) = (constant(0), constant(PF_X));
        if plain.is_empty() { with_code } else { plain }
    }

    /// The loader that the file asks the kernel for, without its NUL.
    #[must_use]
    pub fn interpreter(&self) -> Option<OsString> {
        let bytes = self.content(self.segment(PT_INTERP)?)?;
        text(bytes).map(|text| OsString::from_vec(text.as_bytes().to_vec()))
    }

    /// Where the file ends as far as its headers know, in bytes. What follows, others have added.
    #[must_use]
    pub fn end_of_file(&self) -> u64 {
        let segments = self.segments.iter().filter(|it| it.file_size > 0);
        let ends = segments.map(|it| it.offset.saturating_add(it.file_size));
        let sections = sections::extents(self.bytes, self.identity.class).unwrap_or_default();
        let ends = ends.chain(sections.iter().map(|it| it.offset.saturating_add(it.size)));
        ends.max().unwrap_or(0)
    }
}

/// How much of the file is mapped for a segment, in bytes: up to the end of a page, if nothing there is filled with zeros.
fn mapped_size(segment: &Segment) -> u64 {
    let end = segment.address.checked_add(segment.file_size);
    let end = end.and_then(|it| it.checked_next_multiple_of(PAGE));
    match end {
        Some(end) if segment.memory_size == segment.file_size => end - segment.address,
        _ => segment.file_size,
    }
}

/// The text at the beginning of `bytes` that ends with a NUL.
pub(super) fn text(bytes: &[u8]) -> Option<&OsStr> {
    let bytes = &bytes[..bytes.len().min(LONGEST_TEXT)];
    Some(OsStr::from_bytes(&bytes[..memchr::memchr(0, bytes)?]))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::elf::{Architecture, interpreter};

    #[test]
    fn a_program_of_this_host_names_its_loader() {
        let path = std::env::current_exe().unwrap();
        let bytes = fs::read(&path).unwrap();
        let image = Image::parse(&bytes).unwrap();
        assert!(Architecture::of(&image.identity).is_some());
        let expected = interpreter(&path).unwrap().unwrap();
        assert_eq!(image.interpreter().unwrap(), expected.as_os_str());
        assert!(image.from_address(image.entry).is_some());
        assert_eq!(image.from_address(u64::MAX), None);
    }

    #[test]
    fn a_cut_off_file_is_an_error_or_has_no_content() {
        let bytes = fs::read(std::env::current_exe().unwrap()).unwrap();
        for length in [0, 10, 63, 64, 100] {
            assert!(Image::parse(&bytes[..length]).is_err(), "{length}");
        }
        let image = Image::parse(&bytes[..4096]).unwrap();
        assert_eq!(image.from_address(image.entry), None);
    }
}
