//! What patchelf refuses that this writer does without: damaged section headers, and strings beyond the end of their table.
//! Whoever asks for patchelf expects its words.

use goblin::elf::dynamic::DT_NEEDED;
use goblin::elf::section_header::{SHF_ALLOC, SHT_DYNAMIC, SHT_NOBITS, SHT_SYMTAB};

use super::edits::Edit;
use super::encoding::Encoding;
use super::headers::{FileHeader, ProgramHeader, SectionHeader};
use super::object::{DynamicEntry, Object};
use crate::elf::identify_header;

/// What patchelf warns of.
pub type Warnings = Vec<String>;

/// Looks at a file as patchelf 0.19 does before it makes edits. Files without any section headers are taken.
///
/// # Errors
/// What patchelf says, where it goes no further.
pub fn check_like_patchelf(bytes: &[u8], edits: &[Edit]) -> Result<Warnings, &'static str> {
    let Ok(identity) = identify_header(bytes) else {
        return Err(match bytes.len() < 52 {
            true => "missing ELF header",
            false => "not an ELF executable",
        });
    };
    let encoding = Encoding {
        class: identity.class,
        is_little_endian: identity.is_little_endian,
    };
    let header = FileHeader::read(encoding, bytes);
    if !identity.is_shared_object() && identity.type_name() != "EXEC" {
        return Err("wrong ELF type");
    }
    let is_within = |offset: u64, number: u16, size: u16| {
        let end = offset.checked_add(u64::from(number) * u64::from(size));
        end.is_some_and(|end| end <= bytes.len() as u64)
    };
    if !is_within(header.segments_offset, header.segments, header.segment_size) {
        return Err("program header table out of bounds");
    }
    if usize::from(header.segment_size) != ProgramHeader::size(encoding) {
        return Err("program headers have wrong size");
    }
    if header.sections == 0 {
        return Ok(Vec::new());
    }
    if !is_within(header.sections_offset, header.sections, header.section_size) {
        return Err("section header table out of bounds");
    }
    if usize::from(header.section_size) != SectionHeader::size_of(encoding) {
        return Err("section headers have wrong size");
    }
    let object = Object::read(bytes).map_err(|_| "data region extends past file end")?;
    check_names(&object)?;
    if !edits.is_empty() && object.dynamic.as_ref().is_some_and(|it| !it.has_end) {
        return Err("setSubstr: write extends past end of section");
    }
    check_dynamic(&object)?;
    check_strings(&object, edits)?;
    if edits.iter().any(|it| matches!(it, Edit::RenameSymbols(_))) && !has_sane_hash_table(&object)
    {
        return Err("hash table header out of range");
    }
    match edits.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(unnamed_sections(&object)),
    }
}

fn check_names(object: &Object<'_>) -> Result<(), &'static str> {
    let index = usize::from(object.header.names);
    let Some(names) = object.sections.get(index) else {
        return Err("string table index out of bounds");
    };
    if names.offset > object.bytes.len() as u64 {
        return Err("string table offset out of bounds");
    }
    let Some(table) = object.range(names.offset, names.size) else {
        return Err("data region extends past file end");
    };
    match table.last() {
        None => Err("string table size is zero"),
        Some(0) => {
            let mut sections = object.sections.iter();
            let is_within = |it: &SectionHeader| u64::from(it.name) < names.size;
            match sections.all(is_within) {
                true => Ok(()),
                false => Err("section name offset out of bounds"),
            }
        }
        Some(_) => Err("string table is not zero terminated"),
    }
}

fn check_dynamic(object: &Object<'_>) -> Result<(), &'static str> {
    let mut sections = object.sections.iter();
    let Some(section) =
        sections.find(|it| it.kind == SHT_DYNAMIC && it.flags & u64::from(SHF_ALLOC) != 0)
    else {
        return Ok(());
    };
    if section.kind == SHT_NOBITS {
        return Ok(());
    }
    if object.range(section.offset, section.size).is_none() {
        return Err("data offset extends past file end");
    }
    match section.offset % object.encoding.word() as u64 {
        0 => Ok(()),
        _ => Err("section content is not naturally aligned"),
    }
}

fn check_strings(object: &Object<'_>, edits: &[Edit]) -> Result<(), &'static str> {
    let Some(table) = object.strings() else {
        return Ok(());
    };
    let is_outside = |at: u64| at >= table.size;
    let needed = |it: &&DynamicEntry| it.tag == DT_NEEDED;
    if object
        .entries()
        .iter()
        .filter(needed)
        .any(|it| is_outside(it.value))
    {
        return Err("string table index out of bounds");
    }
    let bytes = object.range(table.offset, table.size).unwrap_or_default();
    if bytes.last() != Some(&0) {
        return Err("string table is not NUL-terminated");
    }
    let replaces = edits.iter().any(|it| matches!(it, Edit::ReplaceNeeded(_)));
    if replaces
        && object
            .version_names()
            .files
            .iter()
            .any(|it| is_outside(it.string))
    {
        return Err("string table index out of bounds");
    }
    Ok(())
}

/// Whether GNU's hash table lies in its section; a file without one has none that could be damaged.
fn has_sane_hash_table(object: &Object<'_>) -> bool {
    let address = object.value(goblin::elf::dynamic::DT_GNU_HASH);
    let Some((_, section)) = address.and_then(|it| object.section_at(it, &[GNU_HASH])) else {
        return true;
    };
    let Some(header) = object.range(section.offset, 16) else {
        return false;
    };
    let mut it = object.encoding.reader(header);
    let (buckets, _first, words) = (u64::from(it.u32()), it.u32(), u64::from(it.u32()));
    let size = 16 + buckets * 4 + words * object.encoding.word() as u64;
    buckets > 0 && words > 0 && size <= section.size
}

/// `SHT_GNU_HASH` (glibc's `elf/elf.h`)
const GNU_HASH: u32 = 0x6fff_fff6;

/// A warning for each symbol in a section that has no name.
fn unnamed_sections(object: &Object<'_>) -> Warnings {
    let size = object.symbol_size() as usize;
    // st_shndx: System V ABI, "Symbol Table".
    let at = object.encoding.pick(14, 6);
    let tables = object.sections.iter().filter(|it| it.kind == SHT_SYMTAB);
    let tables = tables.filter_map(|it| object.range(it.offset, it.size));
    let sections = tables.flat_map(|table| table.chunks_exact(size));
    let sections = sections.map(|it| object.encoding.number(&it[at..at + 2]) as usize);
    let unnamed = sections.filter(|&number| {
        let section = object.sections.get(number).filter(|_| number > 0);
        section.is_some_and(|it| object.section_name(it).is_empty())
    });
    unnamed
        .map(|number| format!("warning: symbol table entry refers to an unnamed section (index {number}), skipping"))
        .collect()
}
