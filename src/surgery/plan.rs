//! The edits of a file, planned together: which bytes are written where.

use anyhow::Result;
use goblin::elf::dynamic::DT_STRSZ;
use goblin::elf::program_header::{
    PF_R, PF_W, PF_X, PT_DYNAMIC, PT_GNU_RELRO, PT_GNU_STACK, PT_INTERP, PT_LOAD, PT_NOTE, PT_PHDR,
    PT_TLS,
};
use goblin::elf::section_header::{SHF_ALLOC, SHT_DYNSYM, SHT_NOBITS, SHT_NOTE, SHT_SYMTAB};

use super::cache_note::{self, OldNote};
use super::changes::{Plan, Write};
use super::edits::{Edit, Wanted};
use super::headers::{FileHeader, ProgramHeader, SectionHeader};
use super::layout::{Demand, Layout, Placed};
use super::object::{DynamicEntry, Object};
use super::overlay::Overlay;
use super::pieces::{ADDRESSES, PieceKind, pieces};
use super::rename::{Renamed, rename};
use super::strings::{self, StringRoom, StringTable, WantedString};
use super::tables::VersionNames;
use super::undo::{self, Record};

/// `DT_MIPS_RLD_MAP_REL` (MIPS ABI): a distance from the entry itself.
const DT_MIPS_RLD_MAP_REL: u64 = 0x7000_0035;

/// Old tables of up to this size are wiped out where they were. Larger ones are left: an undo record would have to hold them.
const WIPED: u64 = 4096;

/// How to plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The page size for which a new segment is aligned, in bytes; if it is not given, the largest of the architecture.
    pub page_size: Option<u64>,
    /// Where the undo record goes.
    pub undo: Undo,
}

/// Where an undo record goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Undo {
    /// Nowhere; one that is in the file goes too.
    #[default]
    Nowhere,
    /// Behind the end of the file. Where a program looks there for something else, there is none.
    InFile,
    /// Into [`Plan::record`], to be kept elsewhere.
    Kept,
}

/// Plans edits of the file that `bytes` are.
///
/// # Errors
/// The file is no program or library, it is damaged, or there is no way to make the edits without breaking it.
pub fn plan(bytes: &[u8], edits: &[Edit], options: &Options) -> Result<Plan> {
    let (file, old) = undo::split(bytes);
    let (mut plan, has_payload) = plan_without_record(file, edits, options)?;
    if plan.is_empty() {
        plan.length = bytes.len() as u64;
        plan.size = plan.length;
        return Ok(plan);
    }
    plan.size = bytes.len() as u64;
    if options.undo == Undo::Nowhere {
        return Ok(plan);
    }
    let record = Record::of(file, &plan, old.as_ref());
    let record_bytes = record.to_bytes()?;
    match options.undo {
        Undo::Kept => plan.record = Some(record_bytes),
        _ if has_payload => plan.is_final = true,
        _ if record.is_empty() => {}
        _ => {
            let offset = plan.length;
            plan.length += record_bytes.len() as u64;
            plan.writes.push(Write {
                offset,
                bytes: record_bytes,
            });
        }
    }
    Ok(plan)
}

/// The plan for a file without an undo record, and whether something is behind the end of the ELF file.
fn plan_without_record(bytes: &[u8], edits: &[Edit], options: &Options) -> Result<(Plan, bool)> {
    let mut object = Object::read(bytes)?;
    let names = object.version_names();
    let mut wanted = Wanted::of(&object);
    for edit in edits {
        wanted.apply(&object, &names, edit)?;
    }
    let mut patched = Overlay::new(bytes);
    if let Some(old) = OldNote::of(&object) {
        if wanted.resolution_cache.as_ref() == Some(&old.description) {
            wanted.resolution_cache = None;
        } else if wanted.resolution_cache.is_some() || wanted.finds_other_libraries(&object) {
            // What the note says would no longer be true.
            old.remove(&mut object, &mut patched);
        }
    }
    let mut work = Work {
        patched,
        object: &object,
        names: &names,
        demand: Demand::default(),
        steps: Vec::new(),
    };
    let renamed = rename(&object, &wanted.renamed, &mut work.patched)?;
    let (entries, appended) = work.strings(&mut wanted, &renamed);
    work.demands(&wanted, entries.len());
    let page = options
        .page_size
        .unwrap_or_else(|| largest_page(object.header.machine));
    let (pieces, outside) = pieces(&object, &names);
    let layout = Layout::new(&object, &pieces, &outside, &work.demand, page)?;
    let output = work.write(&layout, &wanted, &entries, &appended);
    let mut steps = work.steps;
    steps.extend(layout.steps);
    let has_payload = layout.rooms.has_payload() || layout.rooms.repeated.is_some();
    let plan = Plan {
        writes: output.writes(),
        size: bytes.len() as u64,
        length: output.length(),
        slides: layout.slides,
        steps,
        ..Plan::default()
    };
    Ok((plan, has_payload))
}

/// What is known on the way to a plan.
struct Work<'a> {
    object: &'a Object<'a>,
    names: &'a VersionNames,
    /// The file with all that changes where it is.
    patched: Overlay<'a>,
    demand: Demand,
    steps: Vec<String>,
}

impl<'a> Work<'a> {
    /// Finds room for all strings. Returns the dynamic table and what the string table gets behind its end.
    fn strings(
        &mut self,
        wanted: &mut Wanted,
        renamed: &[Renamed],
    ) -> (Vec<DynamicEntry>, Vec<u8>) {
        let mut strings = Vec::new();
        for entry in &wanted.entries {
            let old = entry.value;
            strings.extend(entry.text.clone().map(|text| WantedString { text, old }));
        }
        for name in &wanted.names {
            strings.push(WantedString {
                text: name.text.clone(),
                old: Some(name.old),
            });
        }
        for it in renamed {
            strings.push(WantedString {
                text: it.text.clone(),
                old: Some(it.old),
            });
        }
        let gone = self.gone(wanted);
        let mut placed = strings::Placed::default();
        if !strings.is_empty() || !gone.is_empty() {
            let mut changed: Vec<u64> = strings.iter().filter_map(|it| it.old).collect();
            changed.extend(&gone);
            placed = StringTable::new(self.object, self.names, &changed).place(&strings, &gone);
        }
        let table = self.object.strings().map_or(0, |it| it.offset);
        for (at, bytes) in &placed.changes {
            self.patched.write(table + at, bytes);
        }
        self.tell(&strings, &placed);
        let mut places = placed.strings.iter().map(|it| it.0);
        let grown = placed.appended.len() as u64;
        let entries = wanted.entries.iter().map(|entry| {
            let text = entry.text.as_ref().and_then(|_| places.next());
            let value = text.or(entry.value).unwrap_or(0);
            let grows = if entry.tag == DT_STRSZ { grown } else { 0 };
            DynamicEntry {
                tag: entry.tag,
                value: value + grows,
            }
        });
        let entries = entries.collect();
        let references = wanted.names.iter().map(|it| it.place);
        for place in references.chain(renamed.iter().map(|it| it.place)) {
            let string = places.next().unwrap_or(0);
            self.patched
                .write(place, &self.object.encoding.bytes(string, 4));
        }
        self.demand.strings = grown;
        (entries, placed.appended)
    }

    /// The strings of entries that are no longer there.
    fn gone(&self, wanted: &Wanted) -> Vec<u64> {
        let mut kept: Vec<_> = wanted.entries.iter().map(|it| it.value).collect();
        let mut gone = Vec::new();
        for entry in self
            .object
            .entries()
            .iter()
            .filter(|it| strings::is_string(it.tag))
        {
            match kept.iter().position(|it| *it == Some(entry.value)) {
                Some(place) => kept[place] = None,
                None => gone.push(entry.value),
            }
        }
        gone
    }

    fn tell(&mut self, strings: &[WantedString], placed: &strings::Placed) {
        for (string, (_, room)) in strings.iter().zip(&placed.strings) {
            let text = String::from_utf8_lossy(&string.text);
            let how = match room {
                StringRoom::Unchanged => continue,
                StringRoom::OldPlace => "in place of the old string",
                StringRoom::AlreadyThere => "in the string table already",
                StringRoom::Unused => "where an unused string was",
                StringRoom::Appended => "behind the end of the string table",
            };
            self.steps.push(format!("{text}: {how}"));
        }
    }

    fn demands(&mut self, wanted: &Wanted, entries: usize) {
        let interpreter = wanted.interpreter.as_ref();
        self.demand.interpreter = interpreter.map(|path| path.len() as u64 + 1);
        let capacity = self.object.dynamic.as_ref().map_or(0, |it| it.capacity);
        if entries >= capacity && capacity > 0 {
            let size = (entries + 1) * DynamicEntry::size(self.object.encoding);
            self.demand.dynamic = size as u64;
        }
        let has_stack = self.object.segment(PT_GNU_STACK).is_some();
        self.demand.headers = u64::from(wanted.executable_stack.is_some() && !has_stack);
        if let Some(description) = &wanted.resolution_cache {
            let note = cache_note::note(self.object.encoding, description);
            self.demand.note = Some(note.len() as u64);
            self.demand.headers += 1;
        }
    }

    /// Writes everything to where it goes.
    fn write(
        &mut self,
        layout: &Layout<'_>,
        wanted: &Wanted,
        entries: &[DynamicEntry],
        appended: &[u8],
    ) -> Overlay<'a> {
        for (at, bytes) in &wanted.bytes {
            self.patched.write(*at, bytes);
        }
        self.symbols(layout);
        let mut output = self.patched.clone();
        output.set_length(layout.rooms.length);
        for piece in layout.pieces.iter().filter(|it| it.is_changed()) {
            if is_wiped(piece) {
                let old = piece.piece.extent;
                output.write(old.offset, &vec![0; old.size as usize]);
            }
        }
        for piece in &layout.pieces {
            let content = self.content(piece, layout, wanted, entries, appended);
            if let Some(content) = content {
                output.write(piece.now.offset, &content);
            }
        }
        self.headers(layout, wanted, &mut output);
        if let Some((start, size)) = layout.rooms.repeated {
            let payload = self.object.range(start, size).unwrap_or_default();
            output.write(output.length(), payload);
        }
        output
    }

    fn content(
        &self,
        placed: &Placed,
        layout: &Layout<'_>,
        wanted: &Wanted,
        entries: &[DynamicEntry],
        appended: &[u8],
    ) -> Option<Vec<u8>> {
        let old = placed.piece.extent;
        let mut content = match placed.piece.kind {
            PieceKind::Headers => return None,
            PieceKind::NewNote => {
                let description = wanted.resolution_cache.as_deref().unwrap_or_default();
                cache_note::note(self.object.encoding, description)
            }
            PieceKind::Dynamic => self.dynamic(placed, layout, entries),
            PieceKind::Interpreter if wanted.interpreter.is_some() => {
                wanted.interpreter.clone().unwrap_or_default()
            }
            _ if !placed.is_changed() => return None,
            PieceKind::Strings => {
                let mut table = self.patched.read(old.offset, old.size).into_owned();
                table.extend(appended);
                table
            }
            _ => self.patched.read(old.offset, old.size).into_owned(),
        };
        content.resize(placed.now.size as usize, 0);
        Some(content)
    }

    /// The dynamic table, with the addresses that tables will have.
    fn dynamic(&self, placed: &Placed, layout: &Layout<'_>, entries: &[DynamicEntry]) -> Vec<u8> {
        let encoding = self.object.encoding;
        let size = DynamicEntry::size(encoding) as u64;
        let mut bytes = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let value = match entry.tag {
                tag if ADDRESSES.contains(&tag) => moved(layout, entry.value),
                DT_MIPS_RLD_MAP_REL => {
                    let mut before = self.object.entries().iter();
                    let old = before.position(|it| it.tag == entry.tag).unwrap_or(number) as u64;
                    let old = placed.piece.extent.address + old * size;
                    let new = placed.now.address + number as u64 * size;
                    entry.value.wrapping_add(old.wrapping_sub(new))
                }
                _ => entry.value,
            };
            bytes.extend(encoding.writer().word(entry.tag).word(value).done());
        }
        bytes
    }

    /// Symbols of sections that move, move with them.
    fn symbols(&mut self, layout: &Layout<'_>) {
        let sections: Vec<u64> = (self.object.sections.iter())
            .map(|it| {
                self.section_moved(layout, it)
                    .map_or(0, |new| new.address.wrapping_sub(it.address))
            })
            .collect();
        if sections.iter().all(|&it| it == 0) {
            return;
        }
        let encoding = self.object.encoding;
        let size = self.object.symbol_size() as usize;
        // st_shndx and st_value: System V ABI, "Symbol Table".
        let (section_at, value_at) = encoding.pick((14, 4), (6, 8));
        for table in
            (self.object.sections.iter()).filter(|it| [SHT_SYMTAB, SHT_DYNSYM].contains(&it.kind))
        {
            let Some(symbols) = self.object.range(table.offset, table.size) else {
                continue;
            };
            for (number, symbol) in symbols.chunks_exact(size).enumerate() {
                let section = encoding.number(&symbol[section_at..section_at + 2]) as usize;
                let Some(&distance) = sections.get(section).filter(|&&it| it != 0) else {
                    continue;
                };
                let value = encoding.number(&symbol[value_at..value_at + encoding.word()]);
                let place = table.offset + (number * size + value_at) as u64;
                let value = encoding.bytes(value.wrapping_add(distance), encoding.word());
                self.patched.write(place, &value);
            }
        }
    }

    /// A section header as it will be, if it changes.
    fn section_moved(&self, layout: &Layout<'_>, section: &SectionHeader) -> Option<SectionHeader> {
        let is_loaded = section.flags & u64::from(SHF_ALLOC) != 0 && section.kind != SHT_NOBITS;
        if !is_loaded || section.size == 0 {
            return None;
        }
        let mut pieces = layout.pieces.iter().filter(|it| it.is_changed());
        let placed = pieces.find(|it| {
            let old = it.piece.extent;
            old.size > 0
                && (old.holds(section.address, section.size) || old.address == section.address)
        })?;
        let distance = section.address - placed.piece.extent.address;
        let grows = [
            PieceKind::Strings,
            PieceKind::Interpreter,
            PieceKind::Dynamic,
        ];
        let is_whole = distance == 0 && grows.contains(&placed.piece.kind);
        Some(SectionHeader {
            address: placed.now.address + distance,
            offset: placed.now.offset + distance,
            size: if is_whole {
                placed.now.size
            } else {
                section.size
            },
            ..*section
        })
    }

    /// The headers of all three kinds.
    fn headers(&self, layout: &Layout<'_>, wanted: &Wanted, output: &mut Overlay<'_>) {
        let encoding = self.object.encoding;
        let segments = self.segments(layout, wanted);
        let headers = layout.rooms.headers;
        let mut table = headers.offset;
        for segment in &segments {
            let bytes = segment.write(encoding);
            output.write(table, &bytes);
            table += bytes.len() as u64;
        }
        let offset = encoding.bytes(headers.offset, encoding.word());
        output.write(FileHeader::place_of_segments_offset(encoding), &offset);
        let count = encoding.bytes(segments.len() as u64, 2);
        output.write(FileHeader::place_of_segments(encoding), &count);
        let mut sections = self.object.sections.clone();
        for section in &mut sections {
            *section = self.section_moved(layout, section).unwrap_or(*section);
        }
        let note = layout
            .pieces
            .iter()
            .find(|it| it.piece.kind == PieceKind::NewNote);
        if let Some(note) = note.filter(|_| !layout.rooms.has_payload()) {
            self.add_section(note, &mut sections, output);
        }
        // The table that is there, or the longer one that `add_section` has made room for.
        let place = FileHeader::place_of_sections_offset(encoding);
        let mut table = encoding.number(&output.read(place, encoding.word() as u64));
        for section in &sections {
            let bytes = section.write(encoding);
            output.write(table, &bytes);
            table += bytes.len() as u64;
        }
    }

    /// Adds a section for a new note. An unused section header is used if there is one with such a name; else names and headers
    /// are written once more, at the end of the file.
    fn add_section(
        &self,
        note: &Placed,
        sections: &mut Vec<SectionHeader>,
        output: &mut Overlay<'_>,
    ) {
        let encoding = self.object.encoding;
        let names = usize::from(self.object.header.names);
        let Some(old) = sections.get(names).copied().filter(|_| names > 0) else {
            return;
        };
        let mut all = output.read(old.offset, old.size).into_owned();
        let with_end = [cache_note::SECTION, b"\0"].concat();
        let known = memchr::memmem::find(&all, &with_end);
        let header = SectionHeader {
            name: known.unwrap_or(all.len()) as u32,
            kind: SHT_NOTE,
            flags: SHF_ALLOC.into(),
            address: note.now.address,
            offset: note.now.offset,
            size: note.now.size,
            alignment: cache_note::ALIGNMENT,
            ..SectionHeader::default()
        };
        let mut unused = sections.iter_mut().skip(1);
        let unused = unused.find(|it| **it == SectionHeader::default());
        if let (Some(unused), Some(_)) = (unused, known) {
            *unused = header;
            return;
        }
        sections.push(header);
        if known.is_none() {
            all.extend(with_end);
            sections[names].offset = output.length();
            sections[names].size = all.len() as u64;
            output.write(output.length(), &all);
        }
        let table = output.length().next_multiple_of(8);
        output.write(
            table,
            &vec![0; sections.len() * SectionHeader::size_of(encoding)],
        );
        let offset = encoding.bytes(table, encoding.word());
        output.write(FileHeader::place_of_sections_offset(encoding), &offset);
        let count = encoding.bytes(sections.len() as u64, 2);
        output.write(FileHeader::place_of_sections(encoding), &count);
    }

    fn segments(&self, layout: &Layout<'_>, wanted: &Wanted) -> Vec<ProgramHeader> {
        let mut segments = layout.rooms.segments.clone();
        for segment in &mut segments {
            if [PT_LOAD, PT_GNU_RELRO, PT_TLS].contains(&segment.kind) || segment.file_size == 0 {
                continue;
            }
            if segment.kind == PT_PHDR {
                let headers = layout.rooms.headers;
                *segment = at(segment, headers.offset, headers.address, headers.size);
                continue;
            }
            let mut pieces = layout.pieces.iter().filter(|it| it.is_changed());
            let placed = pieces.find(|it| {
                let old = it.piece.extent;
                old.size > 0 && old.address <= segment.address && segment.address < old.end()
            });
            let Some(placed) = placed else {
                continue;
            };
            let distance = segment.address - placed.piece.extent.address;
            let size = match segment.kind {
                PT_INTERP | PT_DYNAMIC => placed.now.size,
                _ => segment.file_size,
            };
            *segment = at(
                segment,
                placed.now.offset + distance,
                placed.now.address + distance,
                size,
            );
        }
        let mut free = segments.len() - layout.free_headers;
        let note = layout
            .pieces
            .iter()
            .find(|it| it.piece.kind == PieceKind::NewNote);
        if let Some(note) = note {
            let header = ProgramHeader {
                kind: PT_NOTE,
                flags: PF_R,
                alignment: cache_note::ALIGNMENT,
                ..ProgramHeader::default()
            };
            segments[free] = at(&header, note.now.offset, note.now.address, note.now.size);
            free += 1;
        }
        if let Some(is_executable) = wanted.executable_stack {
            set_stack(&mut segments, free, is_executable);
        }
        segments
    }
}

/// A program header of the same kind somewhere else.
fn at(old: &ProgramHeader, offset: u64, address: u64, size: u64) -> ProgramHeader {
    ProgramHeader {
        offset,
        address,
        physical_address: address,
        file_size: size,
        memory_size: size,
        ..*old
    }
}

fn set_stack(segments: &mut [ProgramHeader], free: usize, is_executable: bool) {
    let known = segments.iter().position(|it| it.kind == PT_GNU_STACK);
    let number = known.unwrap_or(free);
    if known.is_none() {
        segments[number] = ProgramHeader {
            kind: PT_GNU_STACK,
            flags: PF_R | PF_W,
            alignment: 16,
            ..ProgramHeader::default()
        };
    }
    match is_executable {
        true => segments[number].flags |= PF_X,
        false => segments[number].flags &= !PF_X,
    }
}

/// Where something is that was at an address.
fn moved(layout: &Layout<'_>, address: u64) -> u64 {
    let mut pieces = layout.pieces.iter().filter(|it| it.is_changed());
    let piece = pieces.find(|it| {
        let old = it.piece.extent;
        old.size > 0 && old.address <= address && address < old.end()
    });
    piece.map_or(address, |it| {
        it.now.address + (address - it.piece.extent.address)
    })
}

/// Whether the place where a piece was is filled with zeros. The old dynamic table stays: code may know where it is.
fn is_wiped(placed: &Placed) -> bool {
    let (old, now) = (placed.piece.extent, placed.now);
    let is_near = now.address.abs_diff(old.address) < old.size;
    placed.piece.kind != PieceKind::Dynamic && (is_near || old.size <= WIPED)
}

/// The largest page size that Linux has on a machine, in bytes: what its linkers align segments to (`ELF_MAXPAGESIZE` of
/// binutils' `bfd/elfNN-*.c`).
fn largest_page(machine: u16) -> u64 {
    use goblin::elf::header::{
        EM_AARCH64, EM_IA_64, EM_MIPS, EM_PPC, EM_PPC64, EM_SPARC, EM_SPARCV9, EM_TILEGX,
    };
    /// The number that Linux uses for Alpha.
    const EM_ALPHA: u16 = 0x9026;
    /// `EM_LOONGARCH`
    const EM_LOONGARCH: u16 = 258;
    match machine {
        EM_ALPHA | EM_IA_64 | EM_MIPS | EM_PPC | EM_PPC64 | EM_AARCH64 | EM_TILEGX
        | EM_LOONGARCH => 0x10000,
        EM_SPARC | EM_SPARCV9 => 0x2000,
        _ => 0x1000,
    }
}
