//! The identity of a program, as the stub knows it when the program starts.

use std::borrow::Cow;

use goblin::elf::header::{header32, header64};
use goblin::elf::program_header::{program_header32, program_header64};
use loader_stub::identity::{self, BUILD_ID, Identity, Part};

use super::notes::notes;
use super::segments::structure_at;
use super::{Class, Image};

/// What tells a program from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramIdentity {
    /// By what the stub finds its pin.
    pub short: Identity,
    /// The whole build-id, if the linker has made one.
    pub build_id: Option<Vec<u8>>,
}

/// The identity of the program or library `image`.
#[must_use]
pub fn program_identity(image: &Image<'_>) -> ProgramIdentity {
    let word = image.identity.class.word();
    let table = table(image).unwrap_or_default();
    let short = Identity::of(table, word, parts(image), |range| {
        let length = usize::try_from(range.end - range.start).ok()?;
        let in_file = image
            .from_address(range.start)
            .and_then(|it| it.get(..length));
        // Pages of another segment may cover a part of it.
        let bytes = in_file.map_or_else(
            || image.in_memory(range.start, length).into(),
            Cow::Borrowed,
        );
        (bytes.len() == length).then_some(bytes)
    });
    let build_id = notes(image).find(|note| note.owner == b"GNU" && note.kind == BUILD_ID);
    ProgramIdentity {
        short,
        build_id: build_id.map(|note| note.description.to_vec()),
    }
}

/// Whether the stub knows a program's identity when it starts: whether the program says where its headers are.
#[must_use]
pub fn is_known_at_start(image: &Image<'_>) -> bool {
    identity::own_address(parts(image)).is_some()
}

fn parts(image: &Image<'_>) -> impl Iterator<Item = Part> + Clone {
    image.segments.iter().map(|segment| Part {
        kind: segment.kind,
        flags: segment.flags,
        address: segment.address,
        size: segment.file_size,
        alignment: segment.alignment,
    })
}

/// The program headers as the file has them.
fn table<'a>(image: &Image<'a>) -> Option<&'a [u8]> {
    let (offset, count, size) = match image.identity.class {
        Class::Bits32 => {
            let header: header32::Header = structure_at(image.bytes, 0).ok()?;
            let offset = u64::from(header.e_phoff);
            (offset, header.e_phnum, program_header32::SIZEOF_PHDR)
        }
        Class::Bits64 => {
            let header: header64::Header = structure_at(image.bytes, 0).ok()?;
            (
                header.e_phoff,
                header.e_phnum,
                program_header64::SIZEOF_PHDR,
            )
        }
    };
    let rest = image.bytes.get(usize::try_from(offset).ok()?..)?;
    rest.get(..usize::from(count) * size)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_program_of_this_host_has_the_identity_of_its_build_id() {
        let bytes = fs::read("/bin/sh").unwrap();
        let identity = program_identity(&Image::parse(&bytes).unwrap());
        let build_id = identity.build_id.unwrap();
        let start: String = build_id[..8].iter().map(|it| format!("{it:02x}")).collect();
        assert_eq!(identity.short.to_string(), start);
    }

    #[test]
    fn without_its_build_id_a_program_has_another_identity() {
        let bytes = fs::read("/bin/sh").unwrap();
        let image = Image::parse(&bytes).unwrap();
        let with = program_identity(&image);
        let mut without = Image::parse(&bytes).unwrap();
        without
            .segments
            .retain(|it| it.kind != goblin::elf::program_header::PT_NOTE);
        let without = program_identity(&without);
        assert_ne!(with.short, without.short);
        assert_eq!(without.build_id, None);
    }
}
