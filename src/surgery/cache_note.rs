//! The note by which nixpkgs' glibc finds libraries without a search. Its owner is `NixOS`, its type 0x63a86cb6.

use goblin::elf::program_header::{PT_LOAD, PT_NOTE};

use super::encoding::Encoding;
use super::headers::{ProgramHeader, SectionHeader};
use super::object::Object;
use super::overlay::Overlay;

/// The name of the note's section.
pub(super) const SECTION: &[u8] = b".note.nixos.ldcache";

/// The note's owner, with its NUL.
const OWNER: &[u8] = b"NixOS\0";

/// The note's type.
const TYPE: u32 = 0x63a8_6cb6;

/// The alignment of the note, in bytes.
pub(super) const ALIGNMENT: u64 = 4;

/// A note that is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OldNote {
    offset: u64,
    size: u64,
    /// What it says; nothing if it is damaged.
    pub description: Vec<u8>,
}

impl OldNote {
    /// The note of a file: that of its section, or of a program header.
    pub fn of(object: &Object<'_>) -> Option<Self> {
        let section = (object.sections.iter()).find(|it| object.section_name(it) == SECTION);
        if let Some(section) = section {
            return Some(Self::at(object, section.offset, section.size));
        }
        let mut notes = object.segments.iter().filter(|it| it.kind == PT_NOTE);
        notes.find_map(|it| {
            let note = Self::at(object, it.offset, it.file_size);
            (!note.description.is_empty()).then_some(note)
        })
    }

    fn at(object: &Object<'_>, offset: u64, size: u64) -> Self {
        let describe = || {
            let bytes = object.range(offset, size)?;
            let mut it = object.encoding.reader(bytes.get(..12)?);
            let (name, length, kind) = (it.u32(), it.u32(), it.u32());
            let is_ours = name as usize == OWNER.len() && kind == TYPE;
            let start = 12 + OWNER.len().next_multiple_of(4);
            let is_ours = is_ours && bytes.get(12..12 + OWNER.len()) == Some(OWNER);
            let description = bytes.get(start..)?.get(..length as usize)?;
            is_ours.then(|| description.to_vec())
        };
        Self {
            offset,
            size,
            description: describe().unwrap_or_default(),
        }
    }

    /// Takes the note out: its headers become unused ones, its bytes zeros.
    pub fn remove(&self, object: &mut Object<'_>, patched: &mut Overlay<'_>) {
        let is_its_own = |it: &ProgramHeader| {
            let is_kind = [PT_NOTE, PT_LOAD].contains(&it.kind);
            is_kind && (it.offset, it.file_size) == (self.offset, self.size)
        };
        for segment in object.segments.iter_mut().filter(|it| is_its_own(it)) {
            *segment = ProgramHeader::default();
        }
        let named = |it: &SectionHeader| object.section_name(it) == SECTION;
        if let Some(number) = object.sections.iter().position(named) {
            object.sections[number] = SectionHeader::default();
        }
        if object.range(self.offset, self.size).is_some() {
            patched.write(self.offset, &vec![0; self.size as usize]);
        }
    }
}

/// The bytes of a note with a description.
pub(super) fn note(encoding: Encoding, description: &[u8]) -> Vec<u8> {
    let header = encoding.writer().u32(OWNER.len() as u32);
    let mut note = header.u32(description.len() as u32).u32(TYPE).done();
    for part in [OWNER, description] {
        note.extend(part);
        note.resize(note.len().next_multiple_of(4), 0);
    }
    note
}
