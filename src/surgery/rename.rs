//! New names for dynamic symbols, and hash tables that find them by these.
//!
//! GNU's hash table (glibc's `elf/dl-lookup.c`) wants the symbols ordered by bucket, so they change places; versions and
//! relocations follow.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use goblin::elf::dynamic::{
    DT_GNU_HASH, DT_HASH, DT_JMPREL, DT_PLTREL, DT_PLTRELSZ, DT_REL, DT_RELA, DT_RELASZ, DT_RELSZ,
    DT_VERSYM,
};
use goblin::elf::header::EM_MIPS;

use super::object::Object;
use super::overlay::Overlay;
use crate::elf::{gnu_hash, hash};

/// `DT_ANDROID_REL` and `DT_ANDROID_RELA` (bionic's `linker_reloc_iterators.h`): relocations in another form.
const ANDROID_RELOCATIONS: [u64; 2] = [0x6000_000f, 0x6000_0011];

/// A reference that has to name another string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Renamed {
    /// The file offset of the reference, which has 4 bytes.
    pub place: u64,
    /// The offset in the string table that it had.
    pub old: u64,
    /// The new name.
    pub text: Vec<u8>,
}

/// Renames symbols: writes tables that fit the new names, and returns the references that have to name other strings.
pub(super) fn rename(
    object: &Object<'_>,
    names: &BTreeMap<Vec<u8>, Vec<u8>>,
    patched: &mut Overlay<'_>,
) -> Result<Vec<Renamed>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let Some(symbols) = Symbols::of(object) else {
        bail!("its symbols cannot be renamed: nothing says how many there are");
    };
    let new: Vec<Option<&Vec<u8>>> = symbols.names.iter().map(|it| names.get(*it)).collect();
    if new.iter().all(Option::is_none) {
        return Ok(Vec::new());
    }
    if object.header.machine == EM_MIPS {
        bail!(
            "its symbols cannot be renamed: on MIPS their order is that of the global offset table"
        );
    }
    if object
        .entries()
        .iter()
        .any(|it| ANDROID_RELOCATIONS.contains(&it.tag))
    {
        bail!("its symbols cannot be renamed: its relocations are packed (DT_ANDROID_REL)");
    }
    let current = |number: usize| new[number].map_or(symbols.names[number], Vec::as_slice);
    let order = gnu_hash_table(object, symbols.names.len(), &current, patched)?;
    symbols.reorder(object, &order, patched);
    let of_new: Vec<&[u8]> = order.iter().map(|&it| current(it)).collect();
    hash_table(object, &of_new, patched)?;
    let size = object.symbol_size();
    let renamed = order.iter().enumerate().filter_map(|(place, &number)| {
        let text = new[number]?.clone();
        let place = symbols.offset + place as u64 * size;
        let old = symbols.name_offsets[number];
        Some(Renamed { place, old, text })
    });
    Ok(renamed.collect())
}

/// The dynamic symbols of a file.
struct Symbols<'a> {
    offset: u64,
    table: &'a [u8],
    names: Vec<&'a [u8]>,
    name_offsets: Vec<u64>,
}

impl<'a> Symbols<'a> {
    fn of(object: &'a Object<'a>) -> Option<Self> {
        let (offset, table) = object.symbols()?;
        let symbols = table.chunks_exact(object.symbol_size() as usize);
        let name_offsets: Vec<u64> = symbols.map(|it| object.encoding.number(&it[..4])).collect();
        let names = name_offsets
            .iter()
            .map(|&it| object.string(it).unwrap_or_default());
        let names = names.collect();
        Some(Self {
            offset,
            table,
            names,
            name_offsets,
        })
    }

    /// Writes the symbols, their versions and the relocations for a new order, which has the old numbers.
    fn reorder(&self, object: &Object<'_>, order: &[usize], patched: &mut Overlay<'_>) {
        let mut new_numbers = vec![0; order.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(new, &old)| new_numbers[old] = new as u64);
        permute(
            self.offset,
            self.table,
            object.symbol_size() as usize,
            order,
            patched,
        );
        let versions = object.value(DT_VERSYM).and_then(|it| object.offset_of(it));
        let versions =
            versions.and_then(|it| Some((it, object.range(it, 2 * order.len() as u64)?)));
        if let Some((offset, table)) = versions {
            permute(offset, table, 2, order, patched);
        }
        for (offset, table, has_addend) in relocations(object) {
            let word = object.encoding.word();
            let size = if has_addend { 3 * word } else { 2 * word };
            // `ELF64_R_SYM` and `ELF32_R_SYM`
            let shift = object.encoding.pick(8, 32);
            for (number, entry) in table.chunks_exact(size).enumerate() {
                let info = object.encoding.number(&entry[word..2 * word]);
                let Some(&new) = new_numbers.get((info >> shift) as usize) else {
                    continue;
                };
                let info = new << shift | info & ((1 << shift) - 1);
                let place = offset + (number * size + word) as u64;
                patched.write(place, &object.encoding.bytes(info, word));
            }
        }
    }
}

fn permute(offset: u64, table: &[u8], size: usize, order: &[usize], patched: &mut Overlay<'_>) {
    let entries = order.iter().map(|&it| &table[it * size..(it + 1) * size]);
    patched.write(offset, &entries.collect::<Vec<_>>().concat());
}

/// The tables of relocations that name symbols: where in the file, their bytes, and whether their entries have addends.
fn relocations<'a>(object: &Object<'a>) -> Vec<(u64, &'a [u8], bool)> {
    let table = |tag, size, has_addend| {
        let offset = object.offset_of(object.value(tag)?)?;
        Some((
            offset,
            object.range(offset, object.value(size)?)?,
            has_addend,
        ))
    };
    let of_procedures = object.value(DT_PLTREL) == Some(DT_RELA);
    let all = [
        table(DT_REL, DT_RELSZ, false),
        table(DT_RELA, DT_RELASZ, true),
        table(DT_JMPREL, DT_PLTRELSZ, of_procedures),
    ];
    let mut all: Vec<_> = all.into_iter().flatten().collect();
    // Those of the procedure linkage table may be the last ones of all.
    if let Some(last) = all.pop() {
        let is_part = |it: &(u64, &[u8], bool)| it.0 <= last.0 && last.0 < it.0 + it.1.len() as u64;
        if !all.iter().any(is_part) {
            all.push(last);
        }
    }
    all
}

/// Writes GNU's hash table. Returns the order in which the symbols have to be.
fn gnu_hash_table<'n>(
    object: &Object<'_>,
    count: usize,
    name: &dyn Fn(usize) -> &'n [u8],
    patched: &mut Overlay<'_>,
) -> Result<Vec<usize>> {
    let mut order: Vec<usize> = (0..count).collect();
    let table = object
        .value(DT_GNU_HASH)
        .and_then(|it| object.offset_of(it));
    let header = table.and_then(|it| object.range(it, 16));
    let (Some(offset), Some(header)) = (table, header) else {
        return Ok(order);
    };
    let encoding = object.encoding;
    let mut it = encoding.reader(header);
    let (buckets, first, words) = (it.u32() as usize, it.u32() as usize, it.u32() as usize);
    let shift = it.u32();
    let size = 16 + words as u64 * encoding.word() as u64 + 4 * buckets as u64;
    let hashed = count.saturating_sub(first);
    let whole = object.range(offset, size + 4 * hashed as u64);
    if buckets == 0 || words == 0 || whole.is_none() {
        bail!("its symbols cannot be renamed: their hash table is damaged");
    }
    let mut chain: Vec<(u32, usize)> = (first..count).map(|it| (gnu_hash(name(it)), it)).collect();
    chain.sort_by_key(|it| it.0 as usize % buckets);
    let width = 8 * encoding.word() as u32;
    let mut filter = vec![0u64; words];
    let mut starts = vec![0u64; buckets];
    let mut hashes = Vec::new();
    for (place, &(hash, number)) in chain.iter().enumerate() {
        let bits = 1 << (hash % width) | 1 << ((hash.checked_shr(shift).unwrap_or(0)) % width);
        filter[(hash / width) as usize % words] |= bits;
        let bucket = hash as usize % buckets;
        if starts[bucket] == 0 {
            starts[bucket] = (first + place) as u64;
        }
        let next = chain.get(place + 1).map(|it| it.0 as usize % buckets);
        let is_last = next != Some(bucket);
        hashes.push(u64::from(if is_last { hash | 1 } else { hash & !1 }));
        order[first + place] = number;
    }
    let word = encoding.word();
    let numbers = |numbers: &[u64], width| {
        let bytes = numbers.iter().map(|&it| encoding.bytes(it, width));
        bytes.collect::<Vec<_>>().concat()
    };
    let tables = [
        numbers(&filter, word),
        numbers(&starts, 4),
        numbers(&hashes, 4),
    ];
    patched.write(offset + 16, &tables.concat());
    Ok(order)
}

/// Writes the System V hash table for symbols of these names.
fn hash_table(object: &Object<'_>, names: &[&[u8]], patched: &mut Overlay<'_>) -> Result<()> {
    let table = object.value(DT_HASH).and_then(|it| object.offset_of(it));
    let (Some(offset), Some((size, count))) = (table, object.hash_table()) else {
        return Ok(());
    };
    let encoding = object.encoding;
    let width = object.hash_width();
    let whole = object.range(offset, size);
    let buckets = whole.map_or(0, |it| encoding.number(&it[..width])) as usize;
    if buckets == 0 || count < names.len() as u64 {
        bail!("its symbols cannot be renamed: their hash table is damaged");
    }
    let mut heads = vec![0u64; buckets];
    let mut chains = vec![0u64; count as usize];
    // The first symbol is none.
    for (number, name) in names.iter().enumerate().skip(1).rev() {
        let bucket = hash(name) as usize % buckets;
        chains[number] = heads[bucket];
        heads[bucket] = number as u64;
    }
    let numbers = heads
        .iter()
        .chain(&chains)
        .map(|&it| encoding.bytes(it, width));
    patched.write(
        offset + 2 * width as u64,
        &numbers.collect::<Vec<_>>().concat(),
    );
    Ok(())
}
