//! What is packed into a program's file beside the program: the parts of it that no loader sees.

use memchr::memmem;

use crate::elf::Image;

/// What a program carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload {
    /// What made it, if that is known.
    pub made_by: Option<&'static str>,
    /// How many bytes follow the program itself.
    pub bytes: u64,
}

/// Marks, where they are, and what they mean.
const MARKS: [(Place, &[u8], &str); 9] = [
    (Place::End, b"\n---- Bun! ----\n", "Bun"),
    (Place::End, b"d3n0l4nd", "Deno"),
    (Place::End, b"MEI\x0c\x0b\x0a\x0b\x0e", "PyInstaller"),
    (Place::End, b"PK\x05\x06", "a zip file"),
    (Place::Start, b"KAY", "Nuitka"),
    (Place::Start, b"KAX", "Nuitka"),
    // The SHA-256 of ".net core bundle", which the single-file host looks for in itself.
    (
        Place::Inside,
        b"\x8b\x12\x02\xb9\x6a\x61\x20\x38\x72\x7b\x93\x02\x14\xd7\xa0\x32\x13\xf5\xb9\xe6\xef\xae\x33\x18\xee\x3b\x2d\xce\x24\xb3\x6a\xae",
        ".NET",
    ),
    (Place::Start, b"hsqs", "SquashFS"),
    (Place::Start, b"PK\x03\x04", "a zip file"),
];

/// How many bytes from the end a mark may be: the longest comment of a zip file, and its end record.
const TAIL: usize = (1 << 16) + 22;

/// Fewer bytes that nothing is known of are what some tool left over.
const LEFT_OVER: usize = 4096;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where the program ends.
    Start,
    /// Among the last bytes of the file.
    End,
    /// Anywhere in the program's data.
    Inside,
}

/// The type of an AppImage, 1 or 2, from the mark in the ELF header's padding:
/// <https://github.com/AppImage/AppImageSpec/blob/master/draft.md>.
fn app_image(bytes: &[u8]) -> Option<&'static str> {
    match bytes.get(8..11)? {
        b"AI\x01" => Some("AppImage, type 1"),
        b"AI\x02" => Some("AppImage, type 2"),
        _ => None,
    }
}

/// What follows the program in its file.
pub(super) fn find(image: &Image<'_>) -> Option<Payload> {
    let end = usize::try_from(image.end_of_file()).ok()?;
    let rest = image.bytes.get(end..).unwrap_or_default();
    let tail = &rest[rest.len().saturating_sub(TAIL)..];
    let is_there = |&&(place, mark, _): &&(Place, &[u8], &str)| match place {
        Place::Start => rest.starts_with(mark),
        Place::End => memmem::rfind(tail, mark).is_some(),
        Place::Inside => !rest.is_empty() && memmem::find(&image.bytes[..end], mark).is_some(),
    };
    let known = || MARKS.iter().find(is_there).map(|&(_, _, name)| name);
    let made_by = app_image(image.bytes).or_else(known);
    (made_by.is_some() || rest.len() >= LEFT_OVER).then_some(Payload {
        made_by,
        bytes: rest.len() as u64,
    })
}
