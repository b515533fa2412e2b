//! A file that is to be edited: its headers and its dynamic table, as they are.
//!
//! The program headers and the dynamic table count, for they are what a loader reads. Section headers are kept true where
//! they make sense, and left alone where they do not.

use anyhow::{Result, bail, ensure};
use goblin::elf::dynamic::{DF_1_PIE, DT_FLAGS_1, DT_STRSZ, DT_STRTAB};
use goblin::elf::header::{ET_DYN, ET_EXEC};
use goblin::elf::program_header::{PT_DYNAMIC, PT_INTERP, PT_LOAD};
use goblin::elf::section_header::{SHF_ALLOC, SHT_DYNAMIC, SHT_NOBITS, SHT_NOTE, SHT_STRTAB};

use super::encoding::Encoding;
use super::header_tables::{self, SMALLEST_PAGE};
use super::headers::{FileHeader, ProgramHeader, SectionHeader};
use crate::elf::identify_header;

/// `PN_XNUM` (System V ABI, "ELF Header"): the number of program headers stands elsewhere.
const MANY_SEGMENTS: u16 = 0xffff;

/// A file, with its headers read.
#[derive(Debug)]
pub(super) struct Object<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// How its numbers stand.
    pub encoding: Encoding,
    /// The ELF header.
    pub header: FileHeader,
    /// The program headers.
    pub segments: Vec<ProgramHeader>,
    /// The section headers; none if they cannot be read.
    pub sections: Vec<SectionHeader>,
    /// The dynamic table, if there is one.
    pub dynamic: Option<DynamicTable>,
    /// Whether the file has debugging information only: what is mapped elsewhere is not in it.
    pub is_debug_only: bool,
}

/// The dynamic table (System V ABI, "Dynamic Section").
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DynamicTable {
    /// Where it is.
    pub extent: Extent,
    /// Its entries, without the `DT_NULL`s at the end.
    pub entries: Vec<DynamicEntry>,
    /// How many entries there is room for, with those `DT_NULL`s.
    pub capacity: usize,
    /// Whether it has an end. Some linkers leave that to the zeros behind it.
    pub has_end: bool,
}

/// An entry of the dynamic table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DynamicEntry {
    /// `d_tag`
    pub tag: u64,
    /// `d_val` or `d_ptr`
    pub value: u64,
}

impl DynamicEntry {
    /// The size of the structure.
    pub fn size(encoding: Encoding) -> usize {
        2 * encoding.word()
    }
}

/// A part of the file that is mapped somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// Where in the file it begins.
    pub offset: u64,
    /// Where in memory it begins.
    pub address: u64,
    /// Its size in bytes.
    pub size: u64,
}

impl Extent {
    /// Where in the file it ends.
    pub fn file_end(&self) -> u64 {
        self.offset.saturating_add(self.size)
    }

    /// Where in memory it ends.
    pub fn end(&self) -> u64 {
        self.address.saturating_add(self.size)
    }

    /// Whether a piece of memory lies in it.
    pub fn holds(&self, address: u64, size: u64) -> bool {
        self.address <= address && address.saturating_add(size) <= self.end()
    }
}

impl<'a> Object<'a> {
    /// Reads the headers and the dynamic table.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let identity = identify_header(bytes)?;
        let encoding = Encoding {
            class: identity.class,
            is_little_endian: identity.is_little_endian,
        };
        let header = FileHeader::read(encoding, bytes);
        ensure!(
            [ET_EXEC, ET_DYN].contains(&header.kind),
            "it is an ELF file of type {}, neither a program nor a library",
            identity.type_name()
        );
        ensure!(
            header.segments != MANY_SEGMENTS,
            "it has more than 65,534 program headers"
        );
        let segments = header_tables::segments(bytes, encoding, &header)?;
        header_tables::check_loads(bytes, encoding, &segments)?;
        let mut object = Self {
            bytes,
            encoding,
            sections: header_tables::sections(bytes, encoding, &header),
            header,
            segments,
            dynamic: None,
            is_debug_only: false,
        };
        object.is_debug_only = object.has_no_contents();
        object.dynamic = object.read_dynamic()?;
        Ok(object)
    }

    /// The bytes of a part of the file.
    pub fn range(&self, offset: u64, size: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(offset).ok()?;
        (self.bytes.get(start..)?).get(..usize::try_from(size).ok()?)
    }

    /// The first program header of a kind, with its number.
    pub fn segment(&self, kind: u32) -> Option<(usize, &ProgramHeader)> {
        let mut segments = self.segments.iter().enumerate();
        segments.find(|(_, segment)| segment.kind == kind)
    }

    /// The program headers of what is mapped, with their numbers.
    pub fn loads(&self) -> impl DoubleEndedIterator<Item = (usize, &ProgramHeader)> {
        let segments = self.segments.iter().enumerate();
        segments.filter(|(_, segment)| segment.kind == PT_LOAD)
    }

    /// The path of the loader that the file names, without its NUL.
    pub fn interpreter(&self) -> Option<&'a [u8]> {
        let (_, segment) = self.segment(PT_INTERP)?;
        let bytes = self.range(segment.offset, segment.file_size)?;
        Some(&bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())])
    }

    /// Where in the file lies what is at an address. What is mapped later covers what was mapped before; loaders map whole
    /// pages, so a segment reaches to the end of its last one.
    pub fn offset_of(&self, address: u64) -> Option<u64> {
        let exact = self.loads().rev().find(|(_, it)| it.has_in_file(address));
        let (_, segment) = exact.or_else(|| {
            self.loads().rev().find(|(_, it)| {
                let end = it.filled_end();
                let is_zeroed = it.memory_size > it.file_size;
                !is_zeroed && it.address <= address && address < end.next_multiple_of(SMALLEST_PAGE)
            })
        })?;
        segment.offset.checked_add(address - segment.address)
    }

    /// The entries of the dynamic table; none if there is no table.
    pub fn entries(&self) -> &[DynamicEntry] {
        self.dynamic.as_ref().map_or(&[], |table| &table.entries)
    }

    /// The value of a tag: the last one, as the loader sees it.
    pub fn value(&self, tag: u64) -> Option<u64> {
        let mut entries = self.entries().iter().rev();
        entries.find(|it| it.tag == tag).map(|it| it.value)
    }

    /// Whether the file is a loader or a static position-independent program: nobody relocates it but its own code, which
    /// therefore knows where its dynamic table is and what that says. Loaders are known by what they offer to debuggers.
    pub fn relocates_itself(&self) -> bool {
        if self.segment(PT_INTERP).is_some() || self.header.kind != ET_DYN {
            return false;
        }
        let is_program = self.value(DT_FLAGS_1).is_some_and(|it| it & DF_1_PIE != 0);
        is_program || self.defines(&[b"_r_debug", b"_dl_debug_addr"])
    }

    /// Whether the file has one of these symbols for others.
    fn defines(&self, names: &[&[u8]]) -> bool {
        let Some((_, table)) = self.symbols() else {
            return false;
        };
        // st_shndx: System V ABI, "Symbol Table".
        let section_at = self.encoding.pick(14, 6);
        let mut symbols = table.chunks_exact(self.symbol_size() as usize);
        symbols.any(|it| {
            let is_defined = it[section_at..section_at + 2] != [0, 0];
            let name = || self.string(self.encoding.number(&it[..4]));
            is_defined && name().is_some_and(|name| names.contains(&name))
        })
    }

    /// Where the string table of the dynamic table is. It may reach beyond what its segment has of the file.
    pub fn strings(&self) -> Option<Extent> {
        let address = self.value(DT_STRTAB)?;
        let offset = self.offset_of(address)?;
        let section = self.section_at(address, &[SHT_STRTAB]);
        let size = self.value(DT_STRSZ).unwrap_or(0);
        let size = size.max(section.map_or(0, |(_, section)| section.size));
        let rest = (self.bytes.len() as u64).checked_sub(offset)?;
        Some(Extent {
            offset,
            address,
            size: size.min(rest),
        })
    }

    /// The string at an offset in the string table, without its NUL.
    pub fn string(&self, at: u64) -> Option<&'a [u8]> {
        let table = self.strings()?;
        let rest = (self.range(table.offset, table.size)?).get(usize::try_from(at).ok()?..)?;
        Some(&rest[..memchr::memchr(0, rest)?])
    }

    /// The section of one of these kinds that begins at an address, with its number.
    pub fn section_at(&self, address: u64, kinds: &[u32]) -> Option<(usize, &SectionHeader)> {
        let mut sections = self.sections.iter().enumerate();
        sections.find(|(_, it)| it.address == address && kinds.contains(&it.kind) && it.size > 0)
    }

    /// The number of the section that has the names of all. Where it does not fit into the ELF header, which then has
    /// `SHN_XINDEX`, the first section header has it.
    pub fn names_section(&self) -> usize {
        match (self.header.names, self.sections.first()) {
            (0xffff, Some(first)) => first.link as usize,
            (number, _) => usize::from(number),
        }
    }

    /// The name of a section.
    pub fn section_name(&self, section: &SectionHeader) -> &'a [u8] {
        let names = self.sections.get(self.names_section());
        let name = names.and_then(|names| {
            let bytes = self.range(names.offset, names.size)?;
            let rest = bytes.get(usize::try_from(section.name).ok()?..)?;
            Some(&rest[..memchr::memchr(0, rest)?])
        });
        name.unwrap_or_default()
    }

    /// Whether all that is mapped, by the section headers, is elsewhere, but for notes.
    fn has_no_contents(&self) -> bool {
        let is_loaded =
            |it: &&SectionHeader| it.flags & u64::from(SHF_ALLOC) != 0 && it.kind != SHT_NOTE;
        let mut loaded = self.sections.iter().filter(is_loaded).peekable();
        loaded.peek().is_some() && loaded.all(|it| it.kind == SHT_NOBITS)
    }

    /// Where the dynamic table is: by its program header or, where a linker script has left that out, by its section. A file
    /// with debugging information only has neither.
    fn dynamic_extent(&self) -> Option<Extent> {
        let segment = self.segment(PT_DYNAMIC).map(|(_, it)| Extent {
            offset: it.offset,
            address: it.address,
            size: it.file_size,
        });
        if self.is_debug_only {
            return None;
        }
        let is_loaded = |it: &&SectionHeader| it.flags & u64::from(SHF_ALLOC) != 0;
        let mut sections = self.sections.iter().filter(is_loaded);
        let section = sections.find(|it| it.kind == SHT_DYNAMIC);
        segment.or(section.map(|it| Extent {
            offset: it.offset,
            address: it.address,
            size: it.size,
        }))
    }

    fn read_dynamic(&self) -> Result<Option<DynamicTable>> {
        let Some(extent) = self.dynamic_extent() else {
            return Ok(None);
        };
        let Some(bytes) = self.range(extent.offset, extent.size) else {
            bail!("its dynamic table lies beyond the end of the file");
        };
        let size = DynamicEntry::size(self.encoding);
        let all = bytes.chunks_exact(size).map(|bytes| {
            let mut it = self.encoding.reader(bytes);
            let (tag, value) = (it.word(), it.word());
            DynamicEntry { tag, value }
        });
        let entries: Vec<_> = all.take_while(|it| it.tag != 0).collect();
        let capacity = bytes.len() / size;
        let has_end = entries.len() < capacity;
        Ok((capacity > 0).then_some(DynamicTable {
            extent,
            entries,
            capacity,
            has_end,
        }))
    }
}
