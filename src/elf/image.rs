//! An ELF file whose bytes are in memory, and what lies at its addresses.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::ops::Range;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use goblin::elf::header::{header32, header64};
use goblin::elf::program_header::{PF_W, PF_X, PT_INTERP, PT_LOAD};

use super::memory::Memory;
use super::segments::structure_at;
use super::{Class, IdentifyError, Identity, Segment, identify_header, sections, segments};

/// A text longer than this is none that a loader would take: longer than any path, and than any
/// search path that was seen.
const LONGEST_TEXT: usize = 1 << 16;

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
    memory: Memory,
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
            memory: Memory::of(&segments, bytes.len() as u64),
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

    /// The bytes from an address on, as far as the file has them without a gap.
    #[must_use]
    pub fn from_address(&self, address: u64) -> Option<&'a [u8]> {
        self.bytes.get(self.range_from_address(address)?)
    }

    /// Where in the file they are.
    #[must_use]
    pub fn range_from_address(&self, address: u64) -> Option<Range<usize>> {
        let mut pieces = self.memory.from(address);
        let first = pieces.next()?;
        let start = first.offset?;
        let mut end = start.checked_add(first.end - first.start)?;
        // A table may go on in the next segment.
        for piece in pieces.take_while(|it| it.offset.is_some()) {
            if piece.offset != Some(end) {
                break;
            }
            end += piece.end - piece.start;
        }
        Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    /// The bytes from an address on, at most `most`, as far as anything is there: zeros, too, and what comes from elsewhere in the
    /// file.
    #[must_use]
    pub fn in_memory(&self, address: u64, most: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in self.memory.from(address) {
            let left = most - bytes.len();
            let size = usize::try_from(piece.end - piece.start).map_or(left, |it| it.min(left));
            let offset = piece.offset.and_then(|it| usize::try_from(it).ok());
            let in_file = offset.and_then(|it| self.bytes.get(it..)?.get(..size));
            match in_file {
                Some(in_file) => bytes.extend(in_file),
                None => bytes.resize(bytes.len() + size, 0),
            }
            if bytes.len() == most {
                break;
            }
        }
        bytes
    }

    /// The text at an address, which ends with a NUL.
    #[must_use]
    pub fn text_at(&self, address: u64) -> Option<OsString> {
        if let Some(text) = self.from_address(address).and_then(text) {
            return Some(text.to_owned());
        }
        // It may go on in another part of the file, or end where zeros begin.
        text(&self.in_memory(address, LONGEST_TEXT)).map(OsStr::to_owned)
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
