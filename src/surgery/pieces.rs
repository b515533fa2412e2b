//! The pieces of a file that may be moved, because nothing but the headers and the dynamic table says where they are.
//!
//! Code and data are never moved: they know one another's places.

use goblin::elf::dynamic::{
    DT_GNU_HASH, DT_HASH, DT_JMPREL, DT_PLTRELSZ, DT_REL, DT_RELA, DT_RELASZ, DT_RELSZ, DT_SYMTAB,
    DT_VERDEF, DT_VERNEED, DT_VERSYM,
};
use goblin::elf::program_header::{PT_GNU_PROPERTY, PT_INTERP, PT_NOTE};
use goblin::elf::section_header::SHT_NOBITS;

use super::headers::{ProgramHeader, SectionHeader};
use super::object::{DynamicEntry, Extent, Object};
use super::tables::VersionNames;

/// `DT_RELR` and `DT_RELRSZ` (System V ABI, "Dynamic Section").
const DT_RELR: u64 = 36;
const DT_RELRSZ: u64 = 35;

/// The kinds of notes that are GNU's (`NT_GNU_...` of glibc's `elf/elf.h`). Their readers find them by the program headers.
const GNU_NOTES: std::ops::RangeInclusive<u64> = 1..=5;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// The path of the loader.
    Interpreter,
    /// Notes of GNU.
    Notes,
    /// The dynamic string table.
    Strings,
    /// The dynamic table.
    Dynamic,
    /// Another table of which the dynamic table has the address.
    Table,
    /// The program headers.
    Headers,
    /// The section headers, where they stand among what is mapped.
    SectionHeaders,
    /// A note that is new.
    NewNote,
}

impl PieceKind {
    /// Whether the loader writes to it, so that it has to be in a segment that is writable.
    pub fn is_written(self) -> bool {
        self == Self::Dynamic
    }
}

/// A piece that may be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Where it is.
    pub extent: Extent,
    /// To what its address has to be aligned.
    pub alignment: u64,
}

/// The tags whose values are addresses of pieces.
pub(super) const ADDRESSES: [u64; 11] = [
    goblin::elf::dynamic::DT_STRTAB,
    DT_SYMTAB,
    DT_HASH,
    DT_GNU_HASH,
    DT_VERSYM,
    DT_VERNEED,
    DT_VERDEF,
    DT_REL,
    DT_RELA,
    DT_RELR,
    DT_JMPREL,
];

/// The pieces of a file, by their addresses, of which none overlaps another; and tables that the file has elsewhere: where
/// only whole pages are mapped from.
pub(super) fn pieces(object: &Object<'_>, names: &VersionNames) -> (Vec<Piece>, Vec<Piece>) {
    let mut pieces = of_segments(object);
    pieces.extend(of_dynamic(object, names));
    pieces.extend(section_headers(object));
    pieces.retain(|it| it.extent.size > 0);
    let inside = |it: &Piece| is_in_one_segment(object, &it.extent);
    let (mut pieces, outside): (Vec<_>, Vec<_>) = pieces.into_iter().partition(inside);
    pieces.sort_by_key(|it| (it.extent.address, u64::MAX - it.extent.size));
    let mut apart: Vec<Piece> = Vec::new();
    for piece in pieces {
        match apart.last() {
            // Relocations of the procedure linkage table are often a part of all relocations.
            Some(last) if last.extent.holds(piece.extent.address, piece.extent.size) => {}
            // A file that is made like this is better left as it is.
            Some(last) if piece.extent.address < last.extent.end() => return (Vec::new(), outside),
            _ => apart.push(piece),
        }
    }
    (apart, outside)
}

fn of_segments(object: &Object<'_>) -> Vec<Piece> {
    let piece = |it: &ProgramHeader| {
        let kind = match it.kind {
            PT_INTERP => PieceKind::Interpreter,
            // Where the one is a part of the other, both are one piece.
            PT_NOTE | PT_GNU_PROPERTY if are_of_gnu(object, it) => PieceKind::Notes,
            _ => return None,
        };
        let extent = Extent {
            offset: it.offset,
            address: it.address,
            size: it.file_size,
        };
        Some(Piece {
            kind,
            extent,
            alignment: if kind == PieceKind::Notes { 8 } else { 1 },
        })
    };
    object.segments.iter().filter_map(piece).collect()
}

fn of_dynamic(object: &Object<'_>, names: &VersionNames) -> Vec<Piece> {
    let word = object.encoding.word() as u64;
    let table = |tag, size: Option<u64>| {
        let address = object.value(tag)?;
        let section = object
            .sections
            .iter()
            .find(|it| it.address == address && it.size > 0 && it.kind != SHT_NOBITS);
        let extent = Extent {
            offset: object.offset_of(address)?,
            address,
            size: size?.max(section.map_or(0, |it| it.size)),
        };
        Some(Piece {
            kind: PieceKind::Table,
            extent,
            alignment: word,
        })
    };
    let symbols = object.symbol_count();
    let value = |tag| object.value(tag);
    let tables = [
        table(
            DT_SYMTAB,
            symbols.map(|it| it.saturating_mul(object.symbol_size())),
        ),
        table(DT_VERSYM, symbols.map(|it| it.saturating_mul(2))),
        table(DT_HASH, object.hash_table().map(|it| it.0)),
        table(DT_GNU_HASH, object.gnu_hash_table().map(|it| it.0)),
        table(DT_VERNEED, Some(names.needs_size).filter(|&it| it > 0)),
        table(DT_VERDEF, Some(names.definitions_size).filter(|&it| it > 0)),
        table(DT_REL, value(DT_RELSZ)),
        table(DT_RELA, value(DT_RELASZ)),
        table(DT_RELR, value(DT_RELRSZ)),
        table(DT_JMPREL, value(DT_PLTRELSZ)),
    ];
    let strings = object.strings().map(|extent| Piece {
        kind: PieceKind::Strings,
        extent,
        alignment: 1,
    });
    let dynamic = object.dynamic.as_ref().map(|dynamic| Piece {
        kind: PieceKind::Dynamic,
        extent: Extent {
            size: (dynamic.capacity * DynamicEntry::size(object.encoding)) as u64,
            ..dynamic.extent
        },
        alignment: word,
    });
    tables
        .into_iter()
        .chain([strings, dynamic])
        .flatten()
        .collect()
}

/// Whether a segment maps a part of memory from the very part of the file that is said.
fn is_in_one_segment(object: &Object<'_>, extent: &Extent) -> bool {
    object.loads().any(|(_, load)| {
        let distance = extent.address.checked_sub(load.address);
        let is_within = |it: u64| {
            let end = it.checked_add(extent.size);
            load.offset.checked_add(it) == Some(extent.offset)
                && end.is_some_and(|end| end <= load.file_size)
        };
        distance.is_some_and(is_within)
    })
}

/// The section headers, if they are mapped: Go's linker puts them right behind the program headers.
fn section_headers(object: &Object<'_>) -> Option<Piece> {
    let offset = object.header.sections_offset;
    let size = (object.sections.len() * SectionHeader::size_of(object.encoding)) as u64;
    let (_, load) = object
        .loads()
        .find(|(_, it)| it.offset <= offset && offset + size <= it.file_end())?;
    Some(Piece {
        kind: PieceKind::SectionHeaders,
        extent: Extent {
            offset,
            address: load.address + (offset - load.offset),
            size,
        },
        alignment: 8,
    })
}

/// Whether a segment has notes of GNU only. Others may hold distances to what is not moved with them.
fn are_of_gnu(object: &Object<'_>, segment: &ProgramHeader) -> bool {
    let notes = object.range(segment.offset, segment.file_size);
    notes.is_some_and(|it| it.len() >= 12 && all_are_of_gnu(object, it))
}

/// Some linkers put notes of either alignment into one segment.
fn all_are_of_gnu(object: &Object<'_>, notes: &[u8]) -> bool {
    if notes.len() < 12 {
        return notes.iter().all(|&it| it == 0);
    }
    let mut it = object.encoding.reader(notes);
    let (name, description, kind) = (u64::from(it.u32()), u64::from(it.u32()), it.u32());
    let is_gnu = name == 4 && notes.get(12..16) == Some(b"GNU\0");
    let ends = [4, 8].map(|alignment| (16 + description).next_multiple_of(alignment));
    let mut rests = ends
        .iter()
        .map(|&end| notes.get(end as usize..).unwrap_or_default());
    is_gnu && GNU_NOTES.contains(&u64::from(kind)) && rests.any(|it| all_are_of_gnu(object, it))
}
