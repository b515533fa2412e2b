//! Notes: small pieces of information that tools put into ELF files.
//!
//! The format is that of the System V ABI, "Note Section": sizes of name and description and the type
//! (4 bytes each), then name and description, each padded to the alignment of the segment.

use goblin::elf::program_header::PT_NOTE;

use super::Image;
use super::number::u32_at;

/// The size of a note's header.
const HEADER_SIZE: usize = 12;

/// One note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// Whose it is, without the NUL, for instance `GNU`.
    pub owner: &'a [u8],
    /// What it means, which its owner decides.
    pub kind: u32,
    /// What it says.
    pub description: &'a [u8],
}

/// The notes of a file. A list that is damaged ends there.
pub fn notes<'a>(image: &Image<'a>) -> impl Iterator<Item = Note<'a>> {
    let segments = image.segments.iter().filter(|it| it.kind == PT_NOTE);
    let segments = segments.filter_map(|it| {
        let alignment = if it.alignment == 8 { 8 } else { 4 };
        Some((image.content(it)?, alignment))
    });
    let lists: Vec<_> = segments.collect();
    lists.into_iter().flat_map(|(mut rest, alignment)| {
        std::iter::from_fn(move || {
            let (note, end) = split(rest, alignment)?;
            rest = rest.get(end..).unwrap_or_default();
            Some(note)
        })
    })
}

/// The first note, and where the next one begins.
fn split(bytes: &[u8], alignment: usize) -> Option<(Note<'_>, usize)> {
    let size = |at| usize::try_from(u32_at(bytes, at)?).ok();
    let (name_size, description_size) = (size(0)?, size(4)?);
    let name_end = HEADER_SIZE.checked_add(name_size)?;
    let start = name_end.checked_next_multiple_of(alignment)?;
    let end = start.checked_add(description_size)?;
    let name = bytes.get(HEADER_SIZE..name_end)?;
    let note = Note {
        owner: name.strip_suffix(&[0]).unwrap_or(name),
        kind: u32_at(bytes, 8)?,
        description: bytes.get(start..end)?,
    };
    Some((note, end.checked_next_multiple_of(alignment)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_follow_one_another_and_damage_ends_them() {
        let mut bytes = Vec::new();
        for (name, kind, text) in [(&b"FDO\0"[..], 7u32, &b"abc"[..]), (b"GNU\0", 3, b"")] {
            bytes.extend(u32::try_from(name.len()).unwrap().to_le_bytes());
            bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(name);
            bytes.extend(text);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        let (first, end) = split(&bytes, 4).unwrap();
        assert_eq!((first.owner, first.kind), (&b"FDO"[..], 7));
        assert_eq!(first.description, b"abc");
        let (second, end) = split(&bytes[end..], 4).unwrap();
        assert_eq!(
            (second.owner, second.description, end),
            (&b"GNU"[..], &b""[..], 16)
        );
        assert_eq!(split(&bytes[..14], 4), None);
        bytes[0] = 0xff;
        bytes[3] = 0xff;
        assert_eq!(split(&bytes, 4), None);
    }
}
