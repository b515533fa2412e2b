//! The note with which a linker tells one build from others. Its owner is `GNU`, its type `NT_GNU_BUILD_ID`.

use goblin::elf::program_header::PT_NOTE;
use loader_stub::identity::BUILD_ID;

use super::object::Object;

/// The note's owner, with its NUL.
const OWNER: &[u8] = b"GNU\0";

/// The size of a note's header, in bytes.
const HEADER: u64 = 12;

/// The first bytes of a build-id are what counts for a program's identity; one with fewer does not.
const COUNTS: u64 = 8;

/// Where in the file the first build-id begins that counts for the program's identity.
pub(super) fn place(object: &Object<'_>) -> Option<u64> {
    let notes = object.segments.iter().filter(|it| it.kind == PT_NOTE);
    notes.into_iter().find_map(|segment| {
        // As `loader_stub::identity` and all readers of notes do.
        let padding = if segment.alignment == 8 { 8 } else { 4 };
        let mut at = segment.offset;
        let end = segment.file_end();
        while at < end {
            let mut it = object.encoding.reader(object.range(at, HEADER)?);
            let (name, size, kind) = (u64::from(it.u32()), u64::from(it.u32()), it.u32());
            let start = at + (HEADER + name).next_multiple_of(padding);
            let owner = object.range(at + HEADER, name)?;
            let is_whole = start.saturating_add(size) <= end;
            if kind == BUILD_ID && owner == OWNER && size >= COUNTS && is_whole {
                return Some(start);
            }
            at = start.saturating_add(size.next_multiple_of(padding));
        }
        None
    })
}
