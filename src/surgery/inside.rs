//! Code that becomes part of a program: a segment of its own, with the program's new entry point.
//!
//! The program then has two tables of program headers. The kernel reads the one that the ELF header names: in it the new segment has the
//! place of `PT_INTERP`, so the kernel looks for no loader, and no table has to grow. The real loader reads the other one,
//! which lies in the new segment: it has all headers that the program had, and says in its `PT_PHDR` where it is itself. So
//! nothing of the program has to be written to when it starts.

use anyhow::{Context, Result, bail, ensure};
use goblin::elf::program_header::{PF_R, PF_X, PT_INTERP, PT_LOAD, PT_PHDR};
use goblin::elf::section_header::{SHF_ALLOC, SHF_EXECINSTR, SHT_PROGBITS};

use super::header_tables::{SMALLEST_PAGE, largest_page};
use super::headers::{FileHeader, ProgramHeader, SectionHeader};
use super::object::Object;
use super::rooms::Rooms;

/// The section of the new segment, by which `strip` and `objcopy` keep it.
const SECTION: &[u8] = b".ldshim.entry";

/// What is behind an ELF file is written twice if it has at most this many bytes. It is more than for other edits: without the code
/// the program could not be what it is to be.
const MOST_REPEATED: u64 = 64 << 20;

/// From here on section numbers have other meanings: `SHN_LORESERVE` (System V ABI, "Sections").
const MOST_SECTIONS: usize = 0xff00;

/// A place for code in a program.
#[derive(Debug)]
pub struct Seat<'a> {
    object: Object<'a>,
    /// Where the new segment is in the file.
    offset: u64,
    /// Where it is in memory.
    address: u64,
    page: u64,
    /// What is behind the ELF file, and is written once more at the end.
    payload: Option<(u64, u64)>,
}

impl<'a> Seat<'a> {
    /// Finds a place in the program that `bytes` are.
    ///
    /// # Errors
    /// It is no program that names a loader, it is damaged, or nothing can be added to it.
    pub fn find(bytes: &'a [u8]) -> Result<Self> {
        let object = Object::read(bytes)?;
        ensure!(
            object.segment(PT_INTERP).is_some(),
            "it names no loader, so there is no program header to use"
        );
        let page = largest_page(object.header.machine);
        let mut rooms = Rooms::new(&object, Vec::new(), page);
        let payload = rooms.length - rooms.payload;
        if !rooms.repeat(MOST_REPEATED) {
            bail!(
                "it cannot be made longer: programs of its kind look at the end of their file for what they bring along \
                 ({payload} bytes)"
            );
        }
        let (length, payload) = (rooms.length, rooms.repeated);
        let offset = length.next_multiple_of(SMALLEST_PAGE);
        let address = address(&object, offset, page)?;
        Ok(Self {
            object,
            offset,
            address,
            page,
            payload,
        })
    }

    /// How far the program's own entry point is from the new segment's beginning. The sum wraps around.
    #[must_use]
    pub fn program_entry(&self) -> u64 {
        self.object.header.entry.wrapping_sub(self.address)
    }

    /// How many program headers the real loader gets.
    #[must_use]
    pub fn table_count(&self) -> usize {
        let missing = usize::from(self.object.segment(PT_PHDR).is_none());
        self.object.segments.len() + 1 + missing
    }

    /// How many bytes those headers have.
    #[must_use]
    pub fn table_size(&self) -> usize {
        self.table_count() * ProgramHeader::size(self.object.encoding)
    }

    /// The program with `code` in it, which begins at its byte `start`. The table for the real loader is put into the code at `table`,
    /// where there is room for it.
    ///
    /// # Errors
    /// There is not.
    pub fn fill(&self, mut code: Vec<u8>, start: u64, table: usize) -> Result<Vec<u8>> {
        let encoding = self.object.encoding;
        let segment = ProgramHeader {
            kind: PT_LOAD,
            flags: PF_R | PF_X,
            offset: self.offset,
            address: self.address,
            physical_address: self.address,
            file_size: code.len() as u64,
            memory_size: code.len() as u64,
            alignment: self.page,
        };
        let for_loader = self.for_loader(segment, table);
        let room = code
            .get_mut(table..)
            .and_then(|it| it.get_mut(..for_loader.len()));
        room.context("the code has no room for the program headers")?
            .copy_from_slice(&for_loader);

        let mut output = self.object.bytes.to_vec();
        output.resize(self.offset as usize, 0);
        output.extend(&code);
        let segments = self.for_kernel(segment);
        put(
            &mut output,
            self.object.header.segments_offset,
            &table_bytes(&segments, encoding),
        );
        let entry = encoding.bytes(self.address.wrapping_add(start), encoding.word());
        put(&mut output, FileHeader::place_of_entry(), &entry);
        if self.payload.is_none() {
            self.add_section(segment, &mut output);
        }
        if let Some((start, size)) = self.payload {
            output.extend(self.object.range(start, size).unwrap_or_default());
        }
        Ok(output)
    }

    /// The headers for the kernel: as many as there were, at the same place.
    fn for_kernel(&self, segment: ProgramHeader) -> Vec<ProgramHeader> {
        let mut segments = self.object.segments.clone();
        let loader = segments.iter().position(|it| it.kind == PT_INTERP);
        segments.remove(loader.unwrap_or(0));
        insert_last(&mut segments, segment);
        segments
    }

    /// The headers for the real loader.
    fn for_loader(&self, segment: ProgramHeader, table: usize) -> Vec<u8> {
        let encoding = self.object.encoding;
        let mut segments = self.object.segments.clone();
        if self.object.segment(PT_PHDR).is_none() {
            let own = ProgramHeader {
                kind: PT_PHDR,
                flags: PF_R,
                alignment: encoding.word() as u64,
                ..segment
            };
            segments.insert(0, own);
        }
        insert_last(&mut segments, segment);
        let (place, size) = (table as u64, self.table_size() as u64);
        for it in segments.iter_mut().filter(|it| it.kind == PT_PHDR) {
            it.offset = segment.offset + place;
            it.address = segment.address + place;
            it.physical_address = it.address;
            (it.file_size, it.memory_size) = (size, size);
        }
        table_bytes(&segments, encoding)
    }

    /// Adds a section for the segment. Names and headers are written once more, at the end of the file.
    fn add_section(&self, segment: ProgramHeader, output: &mut Vec<u8>) {
        let encoding = self.object.encoding;
        let mut sections = self.object.sections.clone();
        let names = usize::from(self.object.header.names);
        let Some(old) = sections.get(names).copied().filter(|_| names > 0) else {
            return;
        };
        let Some(texts) = self.object.range(old.offset, old.size) else {
            return;
        };
        if sections.len() + 1 >= MOST_SECTIONS {
            return;
        }
        let texts = [texts, SECTION, b"\0"].concat();
        sections[names].offset = output.len() as u64;
        sections[names].size = texts.len() as u64;
        output.extend(&texts);
        sections.push(SectionHeader {
            name: old.size as u32,
            kind: SHT_PROGBITS,
            flags: (SHF_ALLOC | SHF_EXECINSTR).into(),
            address: segment.address,
            offset: segment.offset,
            size: segment.file_size,
            alignment: SMALLEST_PAGE,
            ..SectionHeader::default()
        });
        output.resize(output.len().next_multiple_of(8), 0);
        let place = encoding.bytes(output.len() as u64, encoding.word());
        put(
            output,
            FileHeader::place_of_sections_offset(encoding),
            &place,
        );
        let count = encoding.bytes(sections.len() as u64, 2);
        put(output, FileHeader::place_of_sections(encoding), &count);
        for section in &sections {
            output.extend(section.write(encoding));
        }
    }
}

/// Where a segment goes in memory that is at an offset of the file: behind all others, and not below the distance that the first
/// one has, which QEMU's user mode takes for that of the whole file.
fn address(object: &Object<'_>, offset: u64, page: u64) -> Result<u64> {
    let first = object.loads().next();
    let (_, first) = first.context("nothing of it is mapped (it has no PT_LOAD)")?;
    let end = object.loads().map(|(_, it)| it.memory_end()).max();
    let address = end.unwrap_or(0).checked_next_multiple_of(page);
    let address = address.and_then(|it| it.checked_add(offset % page));
    let lowest = offset.saturating_add(first.address.saturating_sub(first.offset));
    let address = address.map(|it| {
        let missing = lowest.saturating_sub(it).next_multiple_of(page);
        it.saturating_add(missing)
    });
    let limit = object.encoding.pick(u64::from(u32::MAX), i64::MAX as u64);
    address
        .filter(|&it| it < limit - (1 << 28))
        .context("there is no room behind its last segment in memory")
}

/// Puts a segment behind the last one that is mapped.
fn insert_last(segments: &mut Vec<ProgramHeader>, segment: ProgramHeader) {
    let last = segments.iter().rposition(|it| it.kind == PT_LOAD);
    segments.insert(last.map_or(segments.len(), |it| it + 1), segment);
}

fn table_bytes(segments: &[ProgramHeader], encoding: super::encoding::Encoding) -> Vec<u8> {
    segments.iter().flat_map(|it| it.write(encoding)).collect()
}

fn put(output: &mut [u8], offset: u64, bytes: &[u8]) {
    let start = offset as usize;
    output[start..start + bytes.len()].copy_from_slice(bytes);
}

/// An ELF file of one segment, which begins with it, without sections and with `image` in place of that segment's contents. `image`
/// begins with the headers that the file had.
///
/// # Errors
/// It is no such file.
pub fn with_longer_image(file: &[u8], mut image: Vec<u8>) -> Result<Vec<u8>> {
    let object = Object::read(file)?;
    let encoding = object.encoding;
    let (number, segment) = object.loads().next().context("nothing of it is mapped")?;
    let size = image.len() as u64;
    let segment = ProgramHeader {
        file_size: size,
        memory_size: size,
        ..*segment
    };
    let place = object.header.segments_offset + (number * ProgramHeader::size(encoding)) as u64;
    put(&mut image, place, &segment.write(encoding));
    let none = encoding.bytes(0, encoding.word());
    put(
        &mut image,
        FileHeader::place_of_sections_offset(encoding),
        &none,
    );
    // e_shentsize, e_shnum, e_shstrndx
    put(
        &mut image,
        FileHeader::place_of_sections(encoding) - 2,
        &[0; 6],
    );
    Ok(image)
}
