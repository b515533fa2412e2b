//! Dynamic symbols, as a loader looks them up: which a file has, and which it asks for as soon as it is loaded.
//!
//! Tables: System V ABI, "Symbol Table", "Hash Table" and "Relocation". `DT_GNU_HASH`, and what counts as a symbol that a file
//! has: `do_lookup_x` and `check_match` in glibc's `elf/dl-lookup.c`. Nothing in a file is believed: every list has an end.

use std::ops::{Deref, Range};

use goblin::elf::dynamic::{
    DF_1_NOW, DF_BIND_NOW, DT_BIND_NOW, DT_FLAGS, DT_FLAGS_1, DT_GNU_HASH, DT_HASH, DT_JMPREL,
    DT_PLTREL, DT_PLTRELSZ, DT_REL, DT_RELA, DT_RELASZ, DT_RELSZ, DT_STRTAB, DT_SYMTAB, DT_VERSYM,
};
use goblin::elf::header::EM_AARCH64;
use goblin::elf::section_header::{SHN_ABS, SHN_UNDEF};
use goblin::elf::sym::{
    STB_GLOBAL, STB_GNU_UNIQUE, STB_LOCAL, STB_WEAK, STT_COMMON, STT_FUNC, STT_GNU_IFUNC,
    STT_NOTYPE, STT_OBJECT, STT_TLS, STV_HIDDEN, STV_INTERNAL,
};

use super::dynamic::entries_of;
use super::number::number;
use super::{Architecture, Class, Image, names};

/// What a loader looks at of a version's number; the rest says whether it is the default.
const VERSION_NUMBER: u16 = 0x7fff;

/// The dynamic symbols of a file whose bytes are `B`.
#[derive(Debug)]
pub struct Symbols<B> {
    bytes: B,
    architecture: &'static Architecture,
    symbols: Range<usize>,
    strings: Range<usize>,
    versions: Option<Range<usize>>,
    hash_table: HashTable,
    relocations: Vec<Relocations>,
}

#[derive(Debug)]
enum HashTable {
    Gnu(Range<usize>),
    SystemV(Range<usize>),
}

/// Relocations that are made as soon as the file is loaded.
#[derive(Debug)]
struct Relocations {
    table: Range<usize>,
    entry_size: usize,
    /// Whether they are for calls, which no address of a function in a program without its code satisfies.
    are_calls: bool,
}

/// A symbol that a file asks for as soon as it is loaded, does not have itself, and cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Its number in the file's table.
    pub symbol: u32,
    /// The number of the version that is wanted of it, as in [`super::VersionNeed`]; 0 or 1 if any will do.
    pub version: u16,
    /// Whether it is called by its table, for which the address of such a call in the program does not do.
    pub is_called: bool,
    /// Whether the program copies it, and so cannot have it itself.
    pub is_copied: bool,
}

/// What counts of a symbol.
struct Symbol {
    name: u32,
    value: u64,
    binding: u8,
    kind: u8,
    visibility: u8,
    section: u16,
}

impl<B: Deref<Target = [u8]>> Symbols<B> {
    /// Finds the tables; `None` if the file has none, or some cannot be read.
    #[must_use]
    pub fn read(bytes: B) -> Option<Self> {
        let image = Image::parse(&bytes).ok()?;
        let architecture = Architecture::of(&image.identity)?;
        let entries = entries_of(&image)?;
        let value = |tag| entries.iter().rev().find(|it| it.0 == tag).map(|it| it.1);
        let from = |tag| image.range_from_address(value(tag)?);
        // A tag that is there and leads nowhere makes the file unreadable.
        let optional = |tag| match value(tag) {
            Some(address) => image.range_from_address(address).map(Some),
            None => Some(None),
        };
        let hash_table = match optional(DT_GNU_HASH)? {
            Some(table) => HashTable::Gnu(table),
            None => HashTable::SystemV(from(DT_HASH)?),
        };
        let is_now = value(DT_BIND_NOW).is_some()
            || value(DT_FLAGS).unwrap_or(0) & DF_BIND_NOW != 0
            || value(DT_FLAGS_1).unwrap_or(0) & DF_1_NOW != 0;
        let word = architecture.class.word();
        let calls = (value(DT_JMPREL), value(DT_PLTRELSZ).unwrap_or(0));
        let mut relocations = Vec::new();
        let mut add = |address: Option<u64>, size, is_rela, are_calls| {
            let (Some(address), 1..) = (address, size) else {
                return Some(());
            };
            let table = image.range_from_address(address)?;
            let end = table.start.checked_add(usize::try_from(size).ok()?)?;
            relocations.push(Relocations {
                table: (end <= table.end).then_some(table.start..end)?,
                entry_size: if is_rela { 3 * word } else { 2 * word },
                are_calls,
            });
            Some(())
        };
        for (tag, size) in [(DT_RELA, DT_RELASZ), (DT_REL, DT_RELSZ)] {
            let mut size = value(size).unwrap_or(0);
            // Some linkers count those for calls in, at the end.
            if let (Some(start), (Some(start_of_calls), size_of_calls)) = (value(tag), calls)
                && start.checked_add(size) == start_of_calls.checked_add(size_of_calls)
            {
                size = size.saturating_sub(size_of_calls);
            }
            add(value(tag), size, tag == DT_RELA, false)?;
        }
        if is_now {
            add(calls.0, calls.1, value(DT_PLTREL) == Some(DT_RELA), true)?;
        }
        let (symbols, strings) = (from(DT_SYMTAB)?, from(DT_STRTAB)?);
        let versions = optional(DT_VERSYM)?;
        Some(Self {
            architecture,
            symbols,
            strings,
            versions,
            hash_table,
            relocations,
            bytes,
        })
    }

    /// The name of a symbol.
    #[must_use]
    pub fn name(&self, symbol: u32) -> Option<&[u8]> {
        let texts = self.table(&self.strings);
        let text = texts.get(self.symbol(symbol)?.name as usize..)?;
        Some(&text[..memchr::memchr(0, text)?])
    }

    /// The symbols that the file asks for as soon as it is loaded.
    #[must_use]
    pub fn wanted_at_start(&self) -> Vec<Wanted> {
        let mut asked = Vec::new();
        for relocations in &self.relocations {
            let table = self.table(&relocations.table);
            let all = table.chunks_exact(relocations.entry_size);
            let all = all.map(|entry| self.relocation(entry));
            // What has no symbol is most of it.
            let all = all.filter(|&(symbol, kind)| symbol != 0 && !self.is_nothing(kind));
            let copy = self.architecture.copy_relocation;
            asked.extend(all.map(|(symbol, kind)| (symbol, kind == copy, relocations.are_calls)));
        }
        asked.sort_unstable();
        asked.dedup();
        let wanted = asked
            .into_iter()
            .filter_map(|(symbol, is_copied, is_called)| {
                let it = self.symbol(symbol)?;
                // glibc takes those that nobody else sees for its own, and does not mind a weak one that is missing.
                let is_settled = [STB_LOCAL, STB_WEAK].contains(&it.binding)
                    || [STV_HIDDEN, STV_INTERNAL].contains(&it.visibility);
                let is_here = it.section != SHN_UNDEF as u16 && !is_copied;
                (!is_settled && !is_here).then_some(Wanted {
                    symbol,
                    version: self.version(symbol),
                    is_called,
                    is_copied,
                })
            });
        wanted.collect()
    }

    /// Whether the file has a symbol of this name, in whatever version.
    #[must_use]
    pub fn has(&self, name: &[u8], is_called: bool) -> bool {
        match &self.hash_table {
            HashTable::Gnu(table) => self.find_gnu(self.table(table), name, is_called),
            HashTable::SystemV(table) => self.find_system_v(self.table(table), name, is_called),
        }
        .unwrap_or(false)
    }

    fn find_gnu(&self, table: &[u8], name: &[u8], is_called: bool) -> Option<bool> {
        let word = self.architecture.class.word();
        let [buckets, first, words, shift] = [0, 4, 8, 12].map(|at| number(table, at, 4));
        let (buckets, first, words) = (buckets?, first?, words?);
        let hash = names::gnu_hash(name);
        let (width, hash64) = (8 * word as u64, u64::from(hash));
        let place = (hash64 / width).checked_rem(words)?;
        let filter = number(table, 16 + usize::try_from(place).ok()? * word, word)?;
        let second = hash.checked_shr(u32::try_from(shift?).ok()?).unwrap_or(0);
        if filter >> (hash64 % width) & filter >> (u64::from(second) % width) & 1 == 0 {
            return Some(false);
        }
        let start = 16 + usize::try_from(words).ok()?.checked_mul(word)?;
        let starts = table.get(start..)?;
        let bucket = usize::try_from(hash64.checked_rem(buckets)?).ok()?;
        let mut symbol = number(starts, 4 * bucket, 4)?;
        if symbol == 0 {
            return Some(false);
        }
        let chains = starts.get(usize::try_from(buckets).ok()?.checked_mul(4)?..)?;
        loop {
            let place = usize::try_from(symbol.checked_sub(first)?).ok()?;
            let known = number(chains, place.checked_mul(4)?, 4)?;
            let number = u32::try_from(symbol).ok()?;
            if (known ^ hash64) >> 1 == 0 && self.is(number, name, is_called)? {
                return Some(true);
            }
            if known & 1 == 1 {
                return Some(false);
            }
            symbol += 1;
        }
    }

    fn find_system_v(&self, table: &[u8], name: &[u8], is_called: bool) -> Option<bool> {
        let [buckets, symbols] = [0, 4].map(|at| number(table, at, 4));
        let (buckets, symbols) = (buckets?, symbols?);
        let entry = |place: u64| number(table, usize::try_from(place).ok()?.checked_mul(4)?, 4);
        let bucket = u64::from(names::hash(name)).checked_rem(buckets)?;
        let mut symbol = entry(2 + bucket)?;
        // A chain that goes round in circles ends here.
        for _ in 0..symbols {
            if symbol == 0 {
                return Some(false);
            }
            if self.is(u32::try_from(symbol).ok()?, name, is_called)? {
                return Some(true);
            }
            symbol = entry(2 + buckets + symbol)?;
        }
        Some(false)
    }

    /// Whether this is a symbol of that name that others may use.
    fn is(&self, symbol: u32, name: &[u8], is_called: bool) -> Option<bool> {
        const KINDS: [u8; 6] = [
            STT_NOTYPE,
            STT_OBJECT,
            STT_FUNC,
            STT_COMMON,
            STT_TLS,
            STT_GNU_IFUNC,
        ];
        let it = self.symbol(symbol)?;
        let is_tls = it.kind == STT_TLS;
        let is_here = match u32::from(it.section) {
            // A program may have, in the place of a function, the address of a call of it.
            SHN_UNDEF => it.value != 0 && !is_called && !is_tls,
            SHN_ABS => true,
            _ => it.value != 0 || is_tls,
        };
        let is_shown = [STB_GLOBAL, STB_WEAK, STB_GNU_UNIQUE].contains(&it.binding);
        let text = self.table(&self.strings).get(it.name as usize..)?;
        let is_named = text.strip_prefix(name).and_then(<[u8]>::first) == Some(&0);
        Some(is_named && is_here && is_shown && KINDS.contains(&it.kind))
    }

    fn symbol(&self, symbol: u32) -> Option<Symbol> {
        let (size, value, info, section) = match self.architecture.class {
            Class::Bits32 => (16, 4, 12, 14),
            Class::Bits64 => (24, 8, 4, 6),
        };
        let at = (symbol as usize).checked_mul(size)?;
        let entry = self.table(&self.symbols).get(at..)?.get(..size)?;
        Some(Symbol {
            name: u32::try_from(number(entry, 0, 4)?).ok()?,
            value: number(entry, value, self.architecture.class.word())?,
            binding: entry[info] >> 4,
            kind: entry[info] & 0xf,
            visibility: entry[info + 1] & 3,
            section: u16::try_from(number(entry, section, 2)?).ok()?,
        })
    }

    fn version(&self, symbol: u32) -> u16 {
        let table = self.versions.as_ref().map(|it| self.table(it));
        let version = table.and_then(|it| number(it, 2 * symbol as usize, 2));
        version.map_or(0, |it| it as u16 & VERSION_NUMBER)
    }

    /// The number of the symbol that a relocation is about, and its kind.
    fn relocation(&self, entry: &[u8]) -> (u32, u32) {
        let word = self.architecture.class.word();
        let info = number(entry, word, word).unwrap_or(0);
        match self.architecture.class {
            Class::Bits32 => ((info >> 8) as u32, (info & 0xff) as u32),
            Class::Bits64 => ((info >> 32) as u32, info as u32),
        }
    }

    /// Whether a kind of relocation is that of none: `R_..._NONE`, of which aarch64 has two.
    fn is_nothing(&self, kind: u32) -> bool {
        kind == 0 || self.architecture.machine == EM_AARCH64 && kind == 256
    }

    fn table(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}
