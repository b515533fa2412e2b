//! What is packed into a program's file beside the program: the parts of it that no loader sees.

use memchr::memmem;

use crate::elf::{Image, named_sections, notes, payload_section};

/// What a program carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// What made it, if that is known.
    pub made_by: Option<&'static str>,
    /// How many bytes it has.
    pub bytes: u64,
    /// In which section it is; `None` if it follows the program in its file.
    pub section: Option<String>,
    /// What else is known of such programs.
    pub hint: Option<&'static str>,
}

/// Marks, where they are, and what they mean.
const MARKS: [(Place, &[u8], &str); 19] = [
    (Place::End, b"\n---- Bun! ----\n", "Bun"),
    (Place::End, b"d3n0l4nd", "Deno"),
    (Place::Start, b"d3n0l4nd", "Deno"),
    (Place::End, b"MEI\x0c\x0b\x0a\x0b\x0e", "PyInstaller"),
    (
        Place::End,
        b"\xf8\x68\xd6\x99\x1c\x0a\x63\xc2",
        "the Qt Installer Framework",
    ),
    (Place::End, b"\nPAR.pm\n", "PAR::Packer"),
    (Place::End, b"<nexe~~sentinel>", "nexe"),
    (Place::End, b"GDPC", "Godot"),
    (Place::End, b"PK\x05\x06", "a zip file"),
    (Place::Start, b"KAY", "Nuitka"),
    (Place::Start, b"KAX", "Nuitka"),
    (Place::Inside, DOTNET_BUNDLE, DOTNET),
    (Place::Start, b"hsqs", "SquashFS"),
    (Place::Start, b"DWARFS", "DwarFS"),
    (Place::Start, b"PK\x03\x04", "a zip file"),
    (Place::Start, b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (Place::Start, b"\x1f\x8b", "gzip"),
    (Place::Start, b"\xfd7zXZ\0", "xz"),
    (Place::Start, b"\x28\xb5\x2f\xfd", "zstd"),
];

/// The SHA-256 of ".net core bundle", which the single-file host looks for in itself.
const DOTNET_BUNDLE: &[u8] =
    b"\x8b\x12\x02\xb9\x6a\x61\x20\x38\x72\x7b\x93\x02\x14\xd7\xa0\x32\x13\xf5\xb9\xe6\xef\xae\x33\x18\xee\x3b\x2d\xce\x24\xb3\x6a\xae";
const DOTNET: &str = ".NET";
/// In the configuration that a bundle of .NET's has: it goes without ICU.
const INVARIANT: &[u8] = b"\"System.Globalization.Invariant\": true";
const ICU: &str = "it will want ICU, libicuuc.so.N and libicui18n.so.N of any one version (package icu), unless DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 is set";

/// Programs packed by UPX have this near their beginning.
const UPX: &[u8] = b"UPX!";
const UPX_WITHIN: usize = 512;
const PACKED: &str = "what it needs shows once it is unpacked: upx -d";

/// The name of the note in which Node looks for a program: `src/node_sea.cc`, by way of postject.
const NODE: &[u8] = b"NODE_SEA_BLOB";

/// How many bytes from the end a mark may be: the longest comment of a zip file, and its end record.
const TAIL: usize = (1 << 16) + 22;

/// Fewer bytes that nothing is known of are what some tool left over.
const LEFT_OVER: u64 = 4096;

/// Runtimes such as Bun's have a section for a program that has no more than a number in it as long as there is none.
const EMPTY: u64 = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where the program ends.
    Start,
    /// Among the last bytes of the file.
    End,
    /// Anywhere in the program's data.
    Inside,
}

/// What a program's file has beside the program.
pub(super) fn find(image: &Image<'_>) -> Option<Payload> {
    let behind = behind_the_end(image);
    let packed = || {
        let head = &image.bytes[..image.bytes.len().min(UPX_WITHIN)];
        memmem::find(head, UPX).map(|_| Payload {
            made_by: Some("UPX"),
            bytes: image.bytes.len() as u64,
            section: None,
            hint: Some(PACKED),
        })
    };
    let known = behind.as_ref().is_some_and(|it| it.made_by.is_some());
    let better = if known {
        None
    } else {
        in_note(image).or_else(|| in_section(image))
    };
    better.or(behind).or_else(packed)
}

/// What follows the program in its file.
fn behind_the_end(image: &Image<'_>) -> Option<Payload> {
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
    let wants_icu = made_by == Some(DOTNET) && memmem::find(rest, INVARIANT).is_none();
    (made_by.is_some() || rest.len() as u64 >= LEFT_OVER).then_some(Payload {
        made_by,
        bytes: rest.len() as u64,
        section: None,
        hint: wants_icu.then_some(ICU),
    })
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

/// What is in a section that no loader or linker knows.
fn in_section(image: &Image<'_>) -> Option<Payload> {
    let sections = named_sections(image.bytes, image.identity.class);
    let payloads = sections.iter().filter_map(|it| {
        let made_by = payload_section(it.name, it.kind, it.flags)?;
        let least = if made_by.is_some() {
            EMPTY + 1
        } else {
            LEFT_OVER
        };
        (it.place.size >= least).then(|| Payload {
            made_by,
            bytes: it.place.size,
            section: Some(String::from_utf8_lossy(it.name).into_owned()),
            hint: None,
        })
    });
    payloads.max_by_key(|it| (it.made_by.is_some(), it.bytes))
}

/// What Node finds in itself by a note.
fn in_note(image: &Image<'_>) -> Option<Payload> {
    let note = notes(image).find(|it| it.owner == NODE)?;
    Some(Payload {
        made_by: Some("Node"),
        bytes: note.description.len() as u64,
        section: Some("NODE_SEA_BLOB".to_owned()),
        hint: None,
    })
}

/// What tells which tool has made a script that something follows.
const SCRIPTS: [(&[u8], &str); 4] = [
    (b"akeself", "Makeself"),
    (b"@@END_HEADER@@", "conda's constructor"),
    (b"install4j", "install4j"),
    (b"InstallAnywhere", "InstallAnywhere"),
];

/// What follows a script in its file: from the line on that is no text.
pub(super) fn behind_script(bytes: &[u8]) -> Option<Payload> {
    let is_binary = |&byte: &u8| byte < b' ' && !b"\t\n\r\x08\x0b\x0c\x1b".contains(&byte);
    let valid = bytes.utf8_chunks().next().map_or(0, |it| it.valid().len());
    let control = bytes[..valid].iter().position(is_binary);
    let end = control.or((valid < bytes.len()).then_some(valid))?;
    let start = memchr::memrchr(b'\n', &bytes[..end])? + 1;
    let known = SCRIPTS
        .iter()
        .find(|it| memmem::find(&bytes[..start], it.0).is_some());
    let size = (bytes.len() - start) as u64;
    (known.is_some() || size >= LEFT_OVER).then_some(Payload {
        made_by: known.map(|it| it.1),
        bytes: size,
        section: None,
        hint: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_script_begins_with_the_line_that_is_no_text() {
        let script = b"#!/bin/sh\n# This script was generated using Makeself 2.4\nexit 0\n";
        let packed = [&script[..], b"\x1f\x8b\x08\0rest"].concat();
        let payload = behind_script(&packed).unwrap();
        assert_eq!((payload.made_by, payload.bytes), (Some("Makeself"), 8));
        assert_eq!(behind_script(script), None);
        let text = "#!/bin/sh\n# gr\u{fc}\u{df}e \x1b[1m\n";
        assert_eq!(behind_script(text.as_bytes()), None);
        let zeros = [&b"#!/bin/sh\nexit\n"[..], &[0; 5000]].concat();
        assert_eq!(behind_script(&zeros).unwrap().bytes, 5000);
    }
}
