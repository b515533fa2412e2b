//! Tables that the dynamic table points to: their sizes, and the names in them.
//!
//! Hash tables and symbols: System V ABI, "Hash Table" and "Symbol Table"; `DT_GNU_HASH`: glibc's `elf/dl-lookup.c`; versions:
//! Linux Standard Base, "Symbol Versioning". Nothing in a file is believed: every list has an end.

use goblin::elf::dynamic::{
    DT_GNU_HASH, DT_HASH, DT_SYMTAB, DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM,
};
use goblin::elf::section_header::SHT_DYNSYM;

use super::object::Object;

/// A reference to a string: where in the file it stands, and the offset in the string table that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference {
    /// The file offset of the reference, which has 4 bytes.
    pub place: u64,
    /// The offset in the string table.
    pub string: u64,
}

/// What the version tables refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct VersionNames {
    /// `vn_file`: names of libraries.
    pub files: Vec<Reference>,
    /// `vna_name` and `vda_name`: names of versions.
    pub versions: Vec<Reference>,
    /// The size of the table of versions needed, in bytes.
    pub needs_size: u64,
    /// The size of the table of versions offered, in bytes.
    pub definitions_size: u64,
}

/// `EM_S390` and `EM_ALPHA`, whose 64-bit files have a hash table of 64-bit words.
const WIDE_HASH_TABLES: [u16; 2] = [22, 0x9026];

/// More names of versions than this no file has: one that has more was made to waste time.
const MOST_NAMES: usize = 1 << 20;

impl Object<'_> {
    /// The size of a symbol, in bytes.
    pub fn symbol_size(&self) -> u64 {
        self.encoding.pick(16, 24)
    }

    /// A number of `width` bytes at an address.
    fn number_at(&self, address: u64, width: u64) -> Option<u64> {
        let offset = self.offset_of(address)?;
        Some(self.encoding.number(self.range(offset, width)?))
    }

    /// The width of the words of the System V hash table, in bytes.
    pub fn hash_width(&self) -> usize {
        let is_wide = WIDE_HASH_TABLES.contains(&self.header.machine);
        if is_wide && self.encoding.word() == 8 {
            8
        } else {
            4
        }
    }

    /// The size of the System V hash table and the number of symbols, which it tells.
    pub fn hash_table(&self) -> Option<(u64, u64)> {
        let address = self.value(DT_HASH)?;
        let width = self.hash_width() as u64;
        let buckets = self.number_at(address, width)?;
        let symbols = self.number_at(address.checked_add(width)?, width)?;
        let words = buckets.checked_add(symbols)?.checked_add(2)?;
        Some((words.checked_mul(width)?, symbols))
    }

    /// The size of GNU's hash table and the number of symbols, which its last chain tells. A table of no symbols tells nothing:
    /// there may be symbols that are not in it.
    pub fn gnu_hash_table(&self) -> Option<(u64, Option<u64>)> {
        let address = self.value(DT_GNU_HASH)?;
        let offset = self.offset_of(address)?;
        let header = self.range(offset, 16)?;
        let mut it = self.encoding.reader(header);
        let (buckets, first) = (u64::from(it.u32()), u64::from(it.u32()));
        let filter = u64::from(it.u32()).checked_mul(self.encoding.word() as u64)?;
        let table = self.range(offset.checked_add(16)?.checked_add(filter)?, buckets * 4)?;
        let chains = table.chunks_exact(4).map(|it| self.encoding.number(it));
        let last = chains.max().unwrap_or(0);
        let start = 16 + filter + buckets * 4;
        if last == 0 || last < first {
            return Some((start, None));
        }
        let mut symbol = last;
        loop {
            let place = offset
                .checked_add(start)?
                .checked_add((symbol - first) * 4)?;
            let hash = self.encoding.number(self.range(place, 4)?);
            symbol += 1;
            if hash & 1 == 1 {
                return Some((start + (symbol - first) * 4, Some(symbol)));
            }
        }
    }

    /// The number of dynamic symbols, if the file tells it.
    pub fn symbol_count(&self) -> Option<u64> {
        let address = self.value(DT_SYMTAB)?;
        if let Some((_, section)) = self.section_at(address, &[SHT_DYNSYM]) {
            return Some(section.size / self.symbol_size());
        }
        let count = self.hash_table().map(|it| it.1);
        count.or_else(|| self.gnu_hash_table()?.1)
    }

    /// The table of dynamic symbols: where in the file, and its bytes.
    pub fn symbols(&self) -> Option<(u64, &[u8])> {
        let offset = self.offset_of(self.value(DT_SYMTAB)?)?;
        let size = self.symbol_count()?.checked_mul(self.symbol_size())?;
        Some((offset, self.range(offset, size)?))
    }

    /// The names in the tables of versions. A list that is damaged ends there.
    pub fn version_names(&self) -> VersionNames {
        let mut names = VersionNames::default();
        let table = |tag, number| {
            let offset = self.offset_of(self.value(tag)?)?;
            Some((offset, self.value(number).unwrap_or(0)))
        };
        if let Some((offset, count)) = table(DT_VERNEED, DT_VERNEEDNUM) {
            self.version_table(offset, count, &NEEDS, &mut names);
        }
        if let Some((offset, count)) = table(DT_VERDEF, DT_VERDEFNUM) {
            self.version_table(offset, count, &DEFINITIONS, &mut names);
        }
        names
    }

    fn version_table(&self, start: u64, count: u64, shape: &Shape, names: &mut VersionNames) {
        let number = |at: u64, width| self.range(at, width).map(|it| self.encoding.number(it));
        let mut size = 0;
        let mut walk = || {
            let mut entry = start;
            for _ in 0..count {
                size = size.max(entry + shape.entry_size - start);
                if let Some(file) = shape.file {
                    names.files.push(Reference {
                        place: entry + file,
                        string: number(entry + file, 4)?,
                    });
                }
                let mut part = entry + number(entry + shape.first_part, 4)?;
                for _ in 0..number(entry + shape.parts, 2)? {
                    size = size.max(part + shape.part_size - start);
                    names.versions.push(Reference {
                        place: part + shape.name,
                        string: number(part + shape.name, 4)?,
                    });
                    match number(part + shape.next_part, 4)? {
                        step if step < shape.part_size => break,
                        _ if names.versions.len() > MOST_NAMES => return None,
                        step => part += step,
                    }
                }
                match number(entry + shape.next, 4)? {
                    step if step < shape.entry_size => break,
                    step => entry += step,
                }
            }
            Some(())
        };
        let _whole = walk();
        match shape.file {
            Some(_) => names.needs_size = size,
            None => names.definitions_size = size,
        }
    }
}

/// Where in an entry of a version table what stands, in bytes.
struct Shape {
    entry_size: u64,
    /// The file's name.
    file: Option<u64>,
    /// The number of its parts, 2 bytes.
    parts: u64,
    /// The distance to the first part.
    first_part: u64,
    /// The distance to the next entry.
    next: u64,
    part_size: u64,
    /// In a part, the name.
    name: u64,
    /// In a part, the distance to the next.
    next_part: u64,
}

/// `Elf64_Verneed` and `Elf64_Vernaux` of glibc's `elf/elf.h`, which are those of 32-bit files too.
const NEEDS: Shape = Shape {
    entry_size: 16,
    file: Some(4),
    parts: 2,
    first_part: 8,
    next: 12,
    part_size: 16,
    name: 8,
    next_part: 12,
};

/// `Elf64_Verdef` and `Elf64_Verdaux`.
const DEFINITIONS: Shape = Shape {
    entry_size: 20,
    file: None,
    parts: 6,
    first_part: 12,
    next: 16,
    part_size: 8,
    name: 0,
    next_part: 4,
};
