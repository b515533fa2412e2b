//! A loader made ready for one library environment: a copy that has the path of the environment's cache in the place of its
//! own, and lies in its file as it will lie in memory.
//!
//! - The path is written into the room of the built-in one. Where that is, PT_GNU_STACK says: of its fields only the flags
//!   have a meaning, so its addresses and sizes are those of the room.
//! - Constants and code become one segment, as linkers made it by themselves for long and still do for some
//!   architectures. One mapping shows it.
//! - What is zero at the start (.bss) is in the file, up to the end of the last page, so no mapping of its own is needed. What
//!   follows it in the file, which nobody loads, moves on.
//!
//! All else is the loader's: its build-id and the name of its debug file, by which debuggers and profilers find symbols; its
//! sections and their addresses.

use std::ops::Range;

use goblin::elf::program_header::{PF_W, PF_X, PT_GNU_STACK, PT_LOAD, PT_NULL};
use goblin::elf::section_header::SHT_NOBITS;

use super::encoding::Encoding;
use super::headers::{FileHeader, ProgramHeader, SectionHeader};
use crate::elf::identify_header;

/// What follows in the file stays aligned if it is moved by a multiple of this.
const ALIGNMENT: u64 = 64;

/// The smallest page that there is.
const SMALLEST_PAGE: u64 = 4096;

/// Why a loader cannot be made ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unprepared {
    /// Its headers are damaged, or not those of a loader.
    Headers,
    /// It has no PT_GNU_STACK, or one that has addresses already.
    NoStackHeader,
    /// The room is not in what the file has of a segment.
    NoRoom,
}

impl std::fmt::Display for Unprepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Headers => "its headers are not those of a loader",
            Self::NoStackHeader => "it has no free header to say where the path is",
            Self::NoRoom => "the path is not among its constants",
        })
    }
}

impl std::error::Error for Unprepared {}

/// A copy of `loader` with `path` in the room at these addresses, which the path fits into. The byte behind the room is a NUL.
///
/// # Errors
/// See [`Unprepared`].
pub fn prepared_loader(
    loader: &[u8],
    room: Range<u64>,
    path: &[u8],
) -> Result<Vec<u8>, Unprepared> {
    let mut file = Loader::read(loader).ok_or(Unprepared::Headers)?;
    file.write_path(&room, path).ok_or(Unprepared::NoRoom)?;
    let stack = file.segments.iter_mut();
    let mut stack = stack.filter(|it| it.kind == PT_GNU_STACK && it.file_size == 0);
    let stack = stack.next().ok_or(Unprepared::NoStackHeader)?;
    let size = room.end - room.start;
    *stack = ProgramHeader {
        kind: stack.kind,
        flags: stack.flags,
        alignment: stack.alignment,
        offset: file.offset_of_room,
        address: room.start,
        physical_address: room.start,
        file_size: size,
        memory_size: size,
    };
    file.join_constants_and_code();
    file.fill_zeros();
    file.finish().ok_or(Unprepared::Headers)
}

/// A loader that is being changed.
struct Loader {
    encoding: Encoding,
    bytes: Vec<u8>,
    header: FileHeader,
    segments: Vec<ProgramHeader>,
    sections: Vec<SectionHeader>,
    offset_of_room: u64,
}

impl Loader {
    fn read(bytes: &[u8]) -> Option<Self> {
        let identity = identify_header(bytes).ok()?;
        let encoding = Encoding {
            class: identity.class,
            is_little_endian: identity.is_little_endian,
        };
        bytes.get(..FileHeader::size(encoding))?;
        let header = FileHeader::read(encoding, bytes);
        let table = |offset: u64, count: u16, size: usize| {
            let start = usize::try_from(offset).ok()?;
            let end = start.checked_add(usize::from(count) * size)?;
            Some(bytes.get(start..end)?.chunks_exact(size))
        };
        let size = ProgramHeader::size(encoding);
        let segments = table(header.segments_offset, header.segments, size)?;
        let segments = segments.map(|it| ProgramHeader::read(encoding, it));
        let size = SectionHeader::size_of(encoding);
        let sections = table(header.sections_offset, header.sections, size)?;
        let sections = sections.map(|it| SectionHeader::read(encoding, it));
        Some(Self {
            encoding,
            bytes: bytes.to_vec(),
            segments: segments.collect(),
            sections: sections.collect(),
            header,
            offset_of_room: 0,
        })
    }

    /// Puts the path into the room, and zeros behind it: a loader reads up to the first one.
    fn write_path(&mut self, room: &Range<u64>, path: &[u8]) -> Option<()> {
        let is_around = |it: &&ProgramHeader| {
            it.kind == PT_LOAD && it.address <= room.start && room.end < it.filled_end()
        };
        let segment = self.segments.iter().find(is_around)?;
        self.offset_of_room = segment.offset.checked_add(room.start - segment.address)?;
        let start = usize::try_from(self.offset_of_room).ok()?;
        let length = usize::try_from(room.end.checked_sub(room.start)?).ok()?;
        let bytes = self.bytes.get_mut(start..start.checked_add(length)?)?;
        bytes.fill(0);
        bytes.get_mut(..path.len())?.copy_from_slice(path);
        Some(())
    }

    /// Makes one segment of those before the writable one, if they lie in the file as in memory.
    fn join_constants_and_code(&mut self) {
        let is_load = |it: &&mut ProgramHeader| it.kind == PT_LOAD;
        let mut loads: Vec<_> = self.segments.iter_mut().filter(is_load).collect();
        let count = loads.iter().take_while(|it| it.flags & PF_W == 0).count();
        let Some([first, others @ ..]) = loads.get_mut(..count) else {
            return;
        };
        let displacement = first.address.wrapping_sub(first.offset);
        let mut end = first.address;
        let mut fits = |it: &ProgramHeader| {
            let follows = it.address >= end;
            end = it.memory_end();
            follows
                && it.memory_size == it.file_size
                && it.address.wrapping_sub(it.offset) == displacement
        };
        if others.is_empty() || !fits(first) || !others.iter().all(|it| fits(it)) {
            return;
        }
        for other in others {
            first.flags |= other.flags;
            first.file_size = other.filled_end() - first.address;
            first.memory_size = first.file_size;
            other.kind = PT_NULL;
        }
        debug_assert!(first.flags & PF_X != 0, "a loader has code");
    }

    /// Has the last segment's zeros in the file.
    fn fill_zeros(&mut self) {
        let last = self.segments.iter_mut().rfind(|it| it.kind == PT_LOAD);
        let Some(last) = last.filter(|it| it.flags & PF_W != 0) else {
            return;
        };
        let page = last.alignment.max(SMALLEST_PAGE);
        let end = last.file_end();
        let wanted = (last.memory_end().checked_next_multiple_of(page)).map(|it| it - last.address);
        let (Some(wanted), Ok(at)) = (wanted, usize::try_from(end)) else {
            return;
        };
        let added = (wanted - last.file_size).next_multiple_of(ALIGNMENT);
        let Ok(count) = usize::try_from(added) else {
            return;
        };
        if at > self.bytes.len() {
            return;
        }
        (last.file_size, last.memory_size) = (wanted, wanted);
        self.bytes.splice(at..at, std::iter::repeat_n(0, count));
        let move_on = |offset: &mut u64| {
            if *offset >= end {
                *offset += added;
            }
        };
        move_on(&mut self.header.sections_offset);
        let others = self.segments.iter_mut().filter(|it| it.kind != PT_LOAD);
        others.for_each(|it| move_on(&mut it.offset));
        let sections = self.sections.iter_mut();
        let sections = sections.filter(|it| it.kind != SHT_NOBITS);
        sections.for_each(|it| move_on(&mut it.offset));
    }

    /// The bytes, with the headers written.
    fn finish(mut self) -> Option<Vec<u8>> {
        let encoding = self.encoding;
        let offset = encoding.bytes(self.header.sections_offset, encoding.word());
        let segments = self.segments.iter().flat_map(|it| it.write(encoding));
        let sections = self.sections.iter().flat_map(|it| it.write(encoding));
        let writes = [
            (FileHeader::place_of_sections_offset(encoding), offset),
            (self.header.segments_offset, segments.collect()),
            (self.header.sections_offset, sections.collect()),
        ];
        for (offset, new) in writes {
            let start = usize::try_from(offset).ok()?;
            let old = self.bytes.get_mut(start..start.checked_add(new.len())?)?;
            old.copy_from_slice(&new);
        }
        Some(self.bytes)
    }
}
