//! How a real loader's file is laid out in memory, from its ELF header and program headers.
//!
//! Everything is checked here, with the numbers taken for hostile, so that mapping is plain execution. All
//! addresses are those of the file: the load bias is not in them.

use core::mem::size_of;
use core::ops::Range;

use goblin::elf::header::{EI_CLASS, EI_DATA, ELFDATA2LSB, ELFMAG, ET_DYN, ET_EXEC};
use goblin::elf::program_header::{PT_DYNAMIC, PT_GNU_EH_FRAME, PT_GNU_STACK, PT_INTERP};
use libc::{PROT_EXEC, PROT_READ, PROT_WRITE};

use crate::baked::{self, MAGIC};
use crate::cache_path::Place;
use crate::elf::{CLASS, Header, MACHINE, ProgramHeader};
use crate::segment::{Segment, align_up, is_load};
use crate::texts;

/// How much of a loader's file is read: its header and program headers have to be in there. glibc's and
/// musl's loaders have at most 12 program headers, which end at byte 736.
pub const HEAD_SIZE: usize = 1024;

/// Nothing is linked at lower addresses, at which most systems let nobody map anything.
const LOWEST_BASE: usize = 0x10000;

/// Why a file cannot be mapped as a loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// No ELF magic.
    NotElf,
    /// Another class, byte order or machine.
    Architecture,
    /// A stub of ldshim.
    Stub,
    /// A program or library that names a loader itself, or a program that needs none.
    Type,
    /// Program headers of another size, or outside of the file's first [`HEAD_SIZE`] bytes.
    ProgramHeaders,
    /// Segments that are missing, overlap, are unsorted, wrap around or disagree with the file.
    Segments,
}

/// One line for each [`LayoutError`], in its order. See `texts.rs`.
const TEXTS: &str = "\
not an ELF file
made for another architecture
a stub itself, and no real loader
not a loader
damaged: its program headers are not where a loader has them
damaged: its segments make no sense
";

impl LayoutError {
    /// The error in words, to stand behind the file's path.
    pub fn as_bytes(self) -> &'static [u8] {
        texts::line(TEXTS, self as usize)
    }
}

/// A loader's file, checked.
#[derive(Debug)]
pub struct Layout<'a> {
    headers: &'a [ProgramHeader],
    page_size: usize,
    /// Whether it has to be at the addresses that it says: ET_EXEC, which linkers write for a base other than 0.
    pub is_fixed: bool,
    /// The segment with the lowest address.
    pub first: Segment,
    /// The end of the last page of the last segment.
    pub end: usize,
    /// The largest alignment that a segment asks for, in bytes; at least the page size.
    pub alignment: usize,
    /// The entry point.
    pub entry: usize,
    /// The address of the program headers, if a segment holds them.
    pub program_headers: Option<usize>,
    /// How long the file has to be to hold all segments, in bytes.
    pub file_size: usize,
}

impl<'a> Layout<'a> {
    /// Reads the beginning of a loader's file, aligned as a [`Header`] is.
    ///
    /// # Errors
    /// If the file is no loader for this architecture, or one that cannot be mapped as it says.
    pub fn parse(head: &'a [u8], page_size: usize) -> Result<Self, LayoutError> {
        let header: &Header = plain::from_bytes(head).map_err(|_| LayoutError::NotElf)?;
        check_identity(header)?;
        if head
            .get(baked::OFFSET..)
            .is_some_and(|rest| rest.starts_with(&MAGIC))
        {
            return Err(LayoutError::Stub);
        }
        let headers = program_headers(head, header)?;
        let mut layout = Self {
            headers,
            page_size,
            is_fixed: header.e_type == ET_EXEC,
            first: Segment {
                start: 0,
                offset: 0,
                file_end: 0,
                memory_end: 0,
                protection: 0,
            },
            end: 0,
            alignment: page_size,
            entry: header.e_entry as usize,
            program_headers: None,
            file_size: 0,
        };
        let has = |kind| headers.iter().any(|header| header.p_type == kind);
        // A program at fixed addresses that needs no loader has nothing to relocate, and no dynamic section.
        if has(PT_INTERP) || layout.is_fixed && !has(PT_DYNAMIC) {
            return Err(LayoutError::Type);
        }
        let mut any = false;
        let mut enters_code = false;
        for header_of_segment in headers.iter().filter(is_load) {
            let segment =
                Segment::new(header_of_segment, page_size).ok_or(LayoutError::Segments)?;
            if !any {
                layout.first = segment;
            } else if segment.start < layout.end {
                return Err(LayoutError::Segments);
            }
            any = true;
            enters_code |= segment.protection & PROT_EXEC != 0
                && (segment.start..segment.file_end).contains(&layout.entry);
            layout.include(&segment, header_of_segment, header.e_phoff as usize)?;
        }
        if any && layout.is_fixed && layout.first.start < LOWEST_BASE {
            return Err(LayoutError::Type);
        }
        match (any, enters_code) {
            (true, true) => Ok(layout),
            // A library: position-independent as well, but nothing begins there.
            (true, false) => Err(LayoutError::Type),
            (false, _) => Err(LayoutError::Segments),
        }
    }

    fn include(
        &mut self,
        segment: &Segment,
        header: &ProgramHeader,
        phoff: usize,
    ) -> Result<(), LayoutError> {
        self.end = align_up(segment.memory_end, self.page_size).ok_or(LayoutError::Segments)?;
        let alignment = header.p_align as usize;
        if alignment.is_power_of_two() {
            self.alignment = self.alignment.max(alignment);
        }
        let in_file = segment.offset..segment.offset + (segment.file_end - segment.start);
        self.file_size = self.file_size.max(in_file.end);
        if in_file.contains(&phoff) {
            self.program_headers = Some(segment.displacement().wrapping_add(phoff));
        }
        Ok(())
    }

    /// The number of program headers.
    pub fn program_header_count(&self) -> usize {
        self.headers.len()
    }

    /// How many bytes of address space the segments span, from the first page to the last.
    pub fn span(&self) -> usize {
        self.end - self.first.start
    }

    /// The segments, by address.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment> + '_ {
        let loads = self.headers.iter().filter(is_load);
        loads.filter_map(|header| Segment::new(header, self.page_size))
    }

    /// Whether a mapping of the file over the whole span, beginning as the first segment does and with its
    /// protection, already shows this segment as it should be.
    pub fn is_shown_by_first(&self, segment: &Segment) -> bool {
        segment.displacement() == self.first.displacement()
            && segment.protection == self.first.protection
            && segment.memory_end == segment.file_end
    }

    /// Where the dynamic section is, as the file says.
    pub fn dynamic(&self) -> Option<Range<usize>> {
        let mut headers = self.headers.iter();
        let header = headers.find(|header| header.p_type == PT_DYNAMIC)?;
        let start = header.p_vaddr as usize;
        Some(start..start.checked_add(header.p_memsz as usize)?)
    }

    /// The addresses from `address` to the end of what the file fills of its segment. `None` if the address is
    /// in no segment that can be read.
    pub fn rest_of_segment(&self, address: usize) -> Option<(Range<usize>, Segment)> {
        let segment = self.segments().find(|segment| {
            (segment.start..segment.file_end).contains(&address)
                && segment.protection & PROT_READ != 0
        })?;
        Some((address..segment.file_end, segment))
    }

    /// Where the path of the cache is, and how long it may be, if the loader is prepared for a library environment. Its
    /// file says so where others say nothing: in the addresses and sizes of PT_GNU_STACK, of which only the flags have a
    /// meaning.
    pub fn prepared(&self) -> Option<Place> {
        let mut headers = self.headers.iter();
        let header = headers.find(|it| it.p_type == PT_GNU_STACK && it.p_filesz > 0)?;
        Some(Place {
            address: header.p_vaddr as usize,
            length: header.p_filesz as usize,
        })
    }

    /// Where constants are, likeliest first: what a mapping as for [`Self::is_shown_by_first`] shows of
    /// segments that are not written to. Those without code come before those that have both.
    ///
    /// Linkers put the unwind tables (PT_GNU_EH_FRAME and what follows) behind the constants. They are left
    /// out: they would be half of what has to be searched.
    pub fn constants(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let tables = self
            .headers
            .iter()
            .find(|header| header.p_type == PT_GNU_EH_FRAME);
        let tables = tables.map_or(usize::MAX, |header| header.p_vaddr as usize);
        let range = move |segment: Segment| {
            let end = if tables > segment.start {
                segment.file_end.min(tables)
            } else {
                segment.file_end
            };
            segment.start..end
        };
        let with_code = |segment: &Segment| segment.protection & PROT_EXEC != 0;
        let constant = |segment: &Segment| {
            segment.protection & (PROT_READ | PROT_WRITE) == PROT_READ
                && segment.displacement() == self.first.displacement()
        };
        let without = self
            .segments()
            .rev()
            .filter(move |segment| constant(segment) && !with_code(segment));
        let with = self
            .segments()
            .filter(move |segment| constant(segment) && with_code(segment));
        without.chain(with).map(range)
    }
}

fn check_identity(header: &Header) -> Result<(), LayoutError> {
    let identity = &header.e_ident;
    if !identity.starts_with(ELFMAG) {
        Err(LayoutError::NotElf)
    } else if identity[EI_CLASS] != CLASS
        || identity[EI_DATA] != ELFDATA2LSB
        || header.e_machine != MACHINE
    {
        Err(LayoutError::Architecture)
    } else if ![ET_DYN, ET_EXEC].contains(&header.e_type) {
        Err(LayoutError::Type)
    } else {
        Ok(())
    }
}

fn program_headers<'a>(
    head: &'a [u8],
    header: &Header,
) -> Result<&'a [ProgramHeader], LayoutError> {
    let size = usize::from(header.e_phnum) * size_of::<ProgramHeader>();
    let start = header.e_phoff as usize;
    let table = start.checked_add(size).and_then(|end| head.get(start..end));
    match table.map(plain::slice_from_bytes) {
        Some(Ok(headers)) if usize::from(header.e_phentsize) == size_of::<ProgramHeader>() => {
            Ok(headers)
        }
        _ => Err(LayoutError::ProgramHeaders),
    }
}

#[cfg(test)]
mod tests;
