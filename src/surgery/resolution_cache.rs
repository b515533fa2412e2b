//! The note by which nixpkgs' glibc finds libraries without a search.
//!
//! Its owner is `NixOS`, its type 0x63a86cb6. Its description is a list of pairs of texts, each with its NUL: the name of a
//! library, and where it is, separated by colons. `=PATH` is the library; `?DIRECTORY` is where the loader has to search by
//! itself, because what is there is known only at a start. An empty text ends the list.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use goblin::elf::program_header::{PT_LOAD, PT_NOTE};

use super::Facts;
use super::encoding::Encoding;
use super::headers::ProgramHeader;
use super::headers::SectionHeader;
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

/// The description of the note for a file.
///
/// # Errors
/// There is nothing to say; the text tells why.
pub fn resolution_cache(facts: &Facts) -> Result<Vec<u8>, &'static str> {
    if !facts.is_dynamic {
        return Err("no dynamic section (statically linked?)");
    }
    let path = facts.search_path.as_deref().unwrap_or_default();
    if path.is_empty() || facts.needed.is_empty() {
        return Err("no DT_NEEDED entries or run path to resolve");
    }
    let mut places: BTreeMap<&[u8], Vec<Vec<u8>>> = BTreeMap::new();
    for directory in path.split(|&it| it == b':') {
        let is_searched = is_searched_at_start(directory);
        // A name with a slash is opened as it is.
        for library in facts.needed.iter().filter(|it| !it.contains(&b'/')) {
            let place = if is_searched {
                [b"?", directory].concat()
            } else {
                let file = to_path(directory).join(to_path(library));
                if !file.exists() {
                    continue;
                }
                [b"=", directory, b"/", library].concat()
            };
            places.entry(library).or_default().push(place);
        }
    }
    if places.is_empty() {
        return Err("no libraries resolved against the run path");
    }
    let mut description = Vec::new();
    for (library, places) in places {
        description.extend([library, b"\0", &places.join(&b':'), b"\0"].concat());
    }
    description.push(0);
    Ok(description)
}

fn to_path(bytes: &[u8]) -> PathBuf {
    Path::new(OsStr::from_bytes(bytes)).to_owned()
}

/// Whether only a start can tell what a directory is or has: it depends on the working directory or on the file's place, or it
/// has libraries for some processors only.
fn is_searched_at_start(directory: &[u8]) -> bool {
    let is_absolute = directory.first() == Some(&b'/');
    !is_absolute || directory.contains(&b'$') || to_path(directory).join("glibc-hwcaps").exists()
}

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
