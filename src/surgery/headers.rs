//! The three kinds of headers of an ELF file (System V ABI, chapters "Object Files" and "Program Loading"), for either class
//! and byte order in one form.

use super::encoding::Encoding;

/// What of the ELF header is read. Offsets and sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileHeader {
    /// `e_type`
    pub kind: u16,
    /// `e_machine`
    pub machine: u16,
    /// `e_entry`
    pub entry: u64,
    /// `e_phoff`
    pub segments_offset: u64,
    /// `e_shoff`
    pub sections_offset: u64,
    /// `e_phentsize`
    pub segment_size: u16,
    /// `e_phnum`
    pub segments: u16,
    /// `e_shentsize`
    pub section_size: u16,
    /// `e_shnum`
    pub sections: u16,
    /// `e_shstrndx`
    pub names: u16,
}

impl FileHeader {
    /// The size of the header.
    pub fn size(encoding: Encoding) -> usize {
        encoding.pick(52, 64)
    }

    pub fn read(encoding: Encoding, bytes: &[u8]) -> Self {
        let mut it = encoding.reader(&bytes[16..]);
        let (kind, machine) = (it.u16(), it.u16());
        let _version = it.u32();
        let (entry, segments_offset, sections_offset) = (it.word(), it.word(), it.word());
        let _flags_and_size = (it.u32(), it.u16());
        Self {
            kind,
            machine,
            entry,
            segments_offset,
            sections_offset,
            segment_size: it.u16(),
            segments: it.u16(),
            section_size: it.u16(),
            sections: it.u16(),
            names: it.u16(),
        }
    }

    /// Where in the file `e_entry` is.
    pub fn place_of_entry() -> u64 {
        24
    }

    /// Where in the file `e_phoff` is.
    pub fn place_of_segments_offset(encoding: Encoding) -> u64 {
        encoding.pick(28, 32)
    }

    /// Where in the file `e_shoff` is.
    pub fn place_of_sections_offset(encoding: Encoding) -> u64 {
        encoding.pick(32, 40)
    }

    /// Where in the file `e_shnum` is.
    pub fn place_of_sections(encoding: Encoding) -> u64 {
        encoding.pick(48, 60)
    }

    /// Where in the file `e_phnum` is.
    pub fn place_of_segments(encoding: Encoding) -> u64 {
        encoding.pick(44, 56)
    }
}

/// A program header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ProgramHeader {
    /// `p_type`
    pub kind: u32,
    /// `p_flags`
    pub flags: u32,
    /// `p_offset`
    pub offset: u64,
    /// `p_vaddr`
    pub address: u64,
    /// `p_paddr`
    pub physical_address: u64,
    /// `p_filesz`
    pub file_size: u64,
    /// `p_memsz`
    pub memory_size: u64,
    /// `p_align`
    pub alignment: u64,
}

impl ProgramHeader {
    /// The size of the structure.
    pub fn size(encoding: Encoding) -> usize {
        encoding.pick(32, 56)
    }

    pub fn read(encoding: Encoding, bytes: &[u8]) -> Self {
        let mut it = encoding.reader(bytes);
        let kind = it.u32();
        // The flags stand second in a 64-bit file, and last but one in a 32-bit file.
        let early = encoding.pick(None, Some(())).map(|()| it.u32());
        let numbers = [(); 5].map(|()| it.word());
        let flags = early.unwrap_or_else(|| it.u32());
        let [offset, address, physical_address, file_size, memory_size] = numbers;
        Self {
            kind,
            flags,
            offset,
            address,
            physical_address,
            file_size,
            memory_size,
            alignment: it.word(),
        }
    }

    pub fn write(&self, encoding: Encoding) -> Vec<u8> {
        let it = encoding.writer().u32(self.kind);
        let it = if encoding.word() == 8 {
            it.u32(self.flags)
        } else {
            it
        };
        let it = it.word(self.offset).word(self.address);
        let it = it.word(self.physical_address).word(self.file_size);
        let it = it.word(self.memory_size);
        let it = if encoding.word() == 4 {
            it.u32(self.flags)
        } else {
            it
        };
        it.word(self.alignment).done()
    }

    /// Where in the file it ends; the greatest number if it ends nowhere.
    pub fn file_end(&self) -> u64 {
        self.offset.saturating_add(self.file_size)
    }

    /// Where in memory it ends; the greatest number if it ends nowhere.
    pub fn memory_end(&self) -> u64 {
        self.address.saturating_add(self.memory_size)
    }

    /// Where in memory what the file has of it ends; the greatest number if it ends nowhere.
    pub fn filled_end(&self) -> u64 {
        self.address.saturating_add(self.file_size)
    }

    /// Whether what lies at an address comes from this segment's part of the file.
    pub fn has_in_file(&self, address: u64) -> bool {
        (address.checked_sub(self.address)).is_some_and(|distance| distance < self.file_size)
    }
}

/// A section header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct SectionHeader {
    /// `sh_name`
    pub name: u32,
    /// `sh_type`
    pub kind: u32,
    /// `sh_flags`
    pub flags: u64,
    /// `sh_addr`
    pub address: u64,
    /// `sh_offset`
    pub offset: u64,
    /// `sh_size`
    pub size: u64,
    /// `sh_link`
    pub link: u32,
    /// `sh_info`
    pub info: u32,
    /// `sh_addralign`
    pub alignment: u64,
    /// `sh_entsize`
    pub entry_size: u64,
}

impl SectionHeader {
    /// The size of the structure.
    pub fn size_of(encoding: Encoding) -> usize {
        encoding.pick(40, 64)
    }

    pub fn read(encoding: Encoding, bytes: &[u8]) -> Self {
        let mut it = encoding.reader(bytes);
        Self {
            name: it.u32(),
            kind: it.u32(),
            flags: it.word(),
            address: it.word(),
            offset: it.word(),
            size: it.word(),
            link: it.u32(),
            info: it.u32(),
            alignment: it.word(),
            entry_size: it.word(),
        }
    }

    pub fn write(&self, encoding: Encoding) -> Vec<u8> {
        let it = encoding.writer().u32(self.name).u32(self.kind);
        let it = it.word(self.flags).word(self.address).word(self.offset);
        let it = it.word(self.size).u32(self.link).u32(self.info);
        it.word(self.alignment).word(self.entry_size).done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::Class;

    #[test]
    fn what_is_written_is_read_again() {
        let classes = [Class::Bits32, Class::Bits64];
        let orders = [true, false];
        for (class, is_little_endian) in classes
            .into_iter()
            .flat_map(|it| orders.map(|order| (it, order)))
        {
            let encoding = Encoding {
                class,
                is_little_endian,
            };
            let segment = ProgramHeader {
                kind: 1,
                flags: 5,
                offset: 0x1000,
                address: 0x2000,
                physical_address: 0x2001,
                file_size: 0x10,
                memory_size: 0x20,
                alignment: 0x1000,
            };
            let bytes = segment.write(encoding);
            assert_eq!(bytes.len(), ProgramHeader::size(encoding));
            assert_eq!(ProgramHeader::read(encoding, &bytes), segment);
            let section = SectionHeader {
                name: 1,
                kind: 3,
                flags: 2,
                address: 0x2000,
                offset: 0x1000,
                size: 0x10,
                link: 4,
                info: 5,
                alignment: 8,
                entry_size: 24,
            };
            let bytes = section.write(encoding);
            assert_eq!(bytes.len(), SectionHeader::size_of(encoding));
            assert_eq!(SectionHeader::read(encoding, &bytes), section);
        }
    }
}
