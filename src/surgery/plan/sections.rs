//! Section headers and symbols, kept true for the tools that read them: strip, objcopy, debuggers.

use goblin::elf::section_header::{SHF_ALLOC, SHT_DYNSYM, SHT_NOBITS, SHT_NOTE, SHT_SYMTAB};

use super::Work;
use crate::surgery::cache_note;
use crate::surgery::headers::{FileHeader, SectionHeader};
use crate::surgery::layout::{Layout, Placed};
use crate::surgery::overlay::Overlay;
use crate::surgery::pieces::PieceKind;

/// `SHN_LORESERVE` (System V ABI, "Sections"): from here on section numbers have other meanings.
const SHN_LORESERVE: usize = 0xff00;

impl Work<'_> {
    /// Symbols of sections that move, move with them.
    pub(super) fn symbols(&mut self, layout: &Layout<'_>) {
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
            if self.object.range(table.offset, table.size).is_none() {
                continue;
            }
            // As they are by now: new names may have given them another order.
            let symbols = self.patched.read(table.offset, table.size).into_owned();
            for (number, symbol) in symbols.chunks_exact(size).enumerate() {
                let section = encoding.number(&symbol[section_at..section_at + 2]) as usize;
                // Higher numbers have other meanings.
                let number_of_one = Some(section).filter(|&it| it < SHN_LORESERVE);
                let distance = number_of_one.and_then(|it| sections.get(it));
                let Some(&distance) = distance.filter(|&&it| it != 0) else {
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
    pub(super) fn section_moved(
        &self,
        layout: &Layout<'_>,
        section: &SectionHeader,
    ) -> Option<SectionHeader> {
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

    /// Adds a section for a new note. An unused section header is used if there is one with such a name; else names and headers
    /// are written once more, at the end of the file.
    pub(super) fn add_section(
        &self,
        note: &Placed,
        sections: &mut Vec<SectionHeader>,
        output: &mut Overlay<'_>,
    ) {
        let encoding = self.object.encoding;
        let names = self.object.names_section();
        let Some(old) = sections.get(names).copied().filter(|_| names > 0) else {
            return;
        };
        // The number of sections would not fit into the ELF header.
        if sections.len() + 1 >= SHN_LORESERVE {
            return;
        }
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
}
