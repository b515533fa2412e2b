//! Room that a file has anyway: zeros between what is mapped, up to where the next segment's pages begin.

mod payload;

use goblin::elf::program_header::{PF_W, PF_X, PT_LOAD};
use goblin::elf::section_header::SHT_NOBITS;

use crate::surgery::header_tables::SMALLEST_PAGE;
use crate::surgery::headers::{ProgramHeader, SectionHeader};
use crate::surgery::object::{Extent, Object};

/// To what a new segment is aligned in the file.
pub(super) const ALIGNMENT: u64 = 16;

/// What is where in a file while room is sought.
#[derive(Debug, Clone)]
pub(super) struct Rooms<'a> {
    object: &'a Object<'a>,
    /// The program headers, changed as room is taken.
    pub segments: Vec<ProgramHeader>,
    /// Where the program headers are.
    pub headers: Extent,
    /// The size of the file, in bytes.
    pub length: u64,
    /// Where what is behind the ELF file begins; the size of the file if there is nothing.
    pub payload: u64,
    /// What is behind the ELF file, if it is written once more at the end: where it begins, and its size.
    pub repeated: Option<(u64, u64)>,
    /// Parts in use of which no header says so.
    kept: Vec<Extent>,
    /// The page size to which segments are aligned.
    page: u64,
}

impl<'a> Rooms<'a> {
    /// The rooms of a file. `kept` is in use though no header says so, `page` is the largest page size of its architecture.
    pub fn new(object: &'a Object<'a>, kept: Vec<Extent>, page: u64) -> Self {
        let length = object.bytes.len() as u64;
        let mut rooms = Self {
            object,
            segments: object.segments.clone(),
            headers: headers(object),
            length,
            payload: length,
            repeated: None,
            kept,
            page,
        };
        let end = rooms.used().iter().map(|it| it.1).max().unwrap_or(0);
        rooms.payload = end.min(length);
        if let Some(original) = rooms.original() {
            rooms.repeated = Some(original);
            rooms.length = rooms.payload;
        }
        rooms
    }

    fn in_file(&self) -> impl Iterator<Item = &SectionHeader> {
        let sections = self.object.sections.iter().skip(1);
        sections.filter(|it| it.kind != SHT_NOBITS && it.size > 0)
    }

    fn sections_end(&self) -> u64 {
        let size = SectionHeader::size_of(self.object.encoding) * self.object.sections.len();
        self.object
            .header
            .sections_offset
            .saturating_add(size as u64)
    }

    /// The parts of the file that are in use, from their beginnings to their ends.
    fn used(&self) -> Vec<(u64, u64)> {
        let segments = self.segments.iter().filter(|it| it.file_size > 0);
        let mut used: Vec<_> = segments.map(|it| (it.offset, it.file_end())).collect();
        used.extend(
            self.in_file()
                .map(|it| (it.offset, it.offset.saturating_add(it.size))),
        );
        used.extend(self.kept.iter().map(|it| (it.offset, it.file_end())));
        used.push((
            0,
            crate::surgery::headers::FileHeader::size(self.object.encoding) as u64,
        ));
        used.push((self.headers.offset, self.headers.file_end()));
        if !self.object.sections.is_empty() {
            used.push((self.object.header.sections_offset, self.sections_end()));
        }
        if self.payload < self.length {
            used.push((self.payload, self.length));
        }
        used.extend(self.repeated.map(|(start, size)| (start, start + size)));
        used
    }

    /// The numbers of the segments that are mapped.
    pub fn loads(&self) -> impl Iterator<Item = usize> + use<'_> {
        let all = 0..self.segments.len();
        all.filter(|&it| self.segments[it].kind == PT_LOAD)
    }

    /// In which steps a segment is mapped. It may ask for an alignment larger than any page.
    fn page_of(&self, segment: &ProgramHeader) -> u64 {
        let is_sane = segment.alignment.is_power_of_two();
        let asked = if is_sane {
            segment.alignment
        } else {
            self.page
        };
        asked.clamp(SMALLEST_PAGE, self.page.max(SMALLEST_PAGE))
    }

    /// How many bytes may follow a segment, in the file and in memory.
    pub fn behind(&self, number: usize) -> u64 {
        let segment = &self.segments[number];
        if segment.memory_size != segment.file_size {
            return 0;
        }
        let others = self.loads().map(|it| &self.segments[it]);
        let above = others.filter(|it| it.address >= segment.memory_end());
        let floor = |it: &ProgramHeader| it.address - it.address % self.page_of(it);
        let highest = self
            .object
            .encoding
            .pick(u64::from(u32::MAX), i64::MAX as u64);
        let in_memory = above.map(floor).min().unwrap_or(highest);
        let end = segment.file_end();
        let used = self.used();
        if used.iter().any(|it| it.0 < end && it.1 > end) {
            return 0;
        }
        let next = used.iter().map(|it| it.0).filter(|&it| it >= end).min();
        let in_file = match next {
            Some(next) => next,
            None if self.has_payload() => self.length,
            None => u64::MAX,
        };
        let room =
            (in_memory.saturating_sub(segment.memory_end())).min(in_file.saturating_sub(end));
        let rest = self.length.saturating_sub(end).min(room);
        let rest = self.object.range(end, rest).unwrap_or_default();
        match rest.iter().position(|&it| it != 0) {
            Some(zeros) => zeros as u64,
            None => room,
        }
    }

    /// How many bytes may stand before a segment, in the file and in memory.
    pub fn before(&self, number: usize) -> u64 {
        let segment = &self.segments[number];
        let others = self.loads().map(|it| &self.segments[it]);
        let below = others.filter(|it| it.memory_end() <= segment.address && **it != *segment);
        let ceiling = |it: &ProgramHeader| {
            it.memory_end()
                .checked_next_multiple_of(self.page_of(segment).max(self.page_of(it)))
        };
        let Some(in_memory) = below.map(ceiling).max().flatten() else {
            return 0;
        };
        let start = segment.offset;
        let used = self.used();
        if used.iter().any(|it| it.0 < start && it.1 > start) {
            return 0;
        }
        let in_file = used
            .iter()
            .map(|it| it.1)
            .filter(|&it| it <= start)
            .max()
            .unwrap_or(0);
        let room = segment
            .address
            .saturating_sub(in_memory)
            .min(start - in_file);
        let Some(bytes) = self.object.range(start - room, room) else {
            return 0;
        };
        let zeros = bytes.iter().rev().take_while(|&&it| it == 0);
        zeros.count() as u64
    }

    /// The file is longer now, by something that is part of it.
    pub fn set_length(&mut self, length: u64) {
        self.length = length;
        self.payload = length;
    }

    /// Makes a segment longer.
    pub fn extend(&mut self, number: usize, size: u64) {
        let segment = &mut self.segments[number];
        segment.file_size += size;
        segment.memory_size += size;
        self.length = self.length.max(segment.file_end());
        self.payload = self.payload.max(segment.file_end()).min(self.length);
    }

    /// Takes room for something that is mapped, if there is some.
    pub fn take(&mut self, size: u64, alignment: u64, is_written: bool) -> Option<Extent> {
        let mut numbers: Vec<usize> = self.loads().collect();
        // Constants first, then code, then data.
        numbers.sort_by_key(|&it| self.segments[it].flags & (PF_W | PF_X));
        let (written, constant): (Vec<usize>, Vec<usize>) = numbers
            .into_iter()
            .partition(|&it| self.segments[it].flags & PF_W != 0);
        let constant = if is_written { Vec::new() } else { constant };
        let behind = |it: &mut Self, number| it.take_behind(number, size, alignment);
        for number in constant {
            if let Some(extent) = behind(self, number) {
                return Some(extent);
            }
        }
        for number in written {
            let extent = self.take_before(number, size, alignment);
            if let Some(extent) = extent.or_else(|| behind(self, number)) {
                return Some(extent);
            }
        }
        None
    }

    fn take_behind(&mut self, number: usize, size: u64, alignment: u64) -> Option<Extent> {
        let segment = self.segments[number];
        let padding =
            segment.memory_end().checked_next_multiple_of(alignment)? - segment.memory_end();
        if self.behind(number) < padding + size {
            return None;
        }
        self.extend(number, padding + size);
        Some(Extent {
            offset: segment.file_end() + padding,
            address: segment.memory_end() + padding,
            size,
        })
    }

    fn take_before(&mut self, number: usize, size: u64, alignment: u64) -> Option<Extent> {
        let segment = self.segments[number];
        if segment.flags & PF_X != 0 {
            return None;
        }
        let address = segment.address.checked_sub(size)?;
        let address = address - address % alignment;
        let taken = segment.address - address;
        if self.before(number) < taken {
            return None;
        }
        // What is made read-only after relocation begins with the segment, and goes on doing so.
        let from_its_start = |it: &ProgramHeader| {
            it.address == segment.address
                && [PT_LOAD, goblin::elf::program_header::PT_GNU_RELRO].contains(&it.kind)
        };
        for it in self.segments.iter_mut().filter(|it| from_its_start(it)) {
            it.address -= taken;
            it.physical_address = it.physical_address.wrapping_sub(taken);
            it.offset = it.offset.saturating_sub(taken);
            it.file_size = it.file_size.saturating_add(taken);
            it.memory_size = it.memory_size.saturating_add(taken);
        }
        Some(Extent {
            offset: segment.offset - taken,
            address,
            size,
        })
    }
}

/// Where the program headers are; their address is 0 if they are not mapped.
fn headers(object: &Object<'_>) -> Extent {
    let size =
        crate::surgery::headers::ProgramHeader::size(object.encoding) * object.segments.len();
    let offset = object.header.segments_offset;
    let mut loads = object.loads();
    let load = loads
        .find(|(_, it)| it.offset <= offset && offset.saturating_add(size as u64) <= it.file_end());
    Extent {
        offset,
        address: load.map_or(0, |(_, it)| it.address + (offset - it.offset)),
        size: size as u64,
    }
}
