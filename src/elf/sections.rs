//! Where a section of a file is.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use goblin::elf::header::{header32, header64};
use goblin::elf::section_header::{SHT_NOBITS, section_header32, section_header64};

use super::segments::{structure_at, structures_at};
use super::{Class, Source, identify};

/// A part of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub size: u64,
}

/// The section of this name in the ELF file at `path`, or `None` if it has none of that name.
///
/// # Errors
/// The file cannot be read, is no ELF file, or its headers are damaged.
pub fn section(path: &Path, name: &str) -> Result<Option<Section>> {
    find(path, name).with_context(|| format!("cannot read the sections of {}", path.display()))
}

fn find(path: &Path, name: &str) -> Result<Option<Section>> {
    let identity = identify(path)?;
    ensure!(identity.is_little_endian, "its byte order is big-endian");
    let file = File::open(path)?;
    let (sections, names) = match identity.class {
        Class::Bits32 => headers_32(&file),
        Class::Bits64 => headers_64(&file),
    }
    .context("damaged section headers")?;
    let Some(&(.., names)) = sections.get(usize::from(names)) else {
        return Ok(None);
    };
    let is_named = |&&(at, ..): &&(u32, u32, u64, Section)| {
        let mut bytes = vec![0; name.len() + 1];
        let read = file.read_exact_at(&mut bytes, names.offset.saturating_add(at.into()));
        read.is_ok() && bytes.strip_suffix(&[0]) == Some(name.as_bytes())
    };
    Ok(sections.iter().find(is_named).map(|&(.., section)| section))
}

/// A section, with what its header says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedSection<'a> {
    /// Its name; empty if that cannot be read.
    pub name: &'a [u8],
    /// `sh_type`
    pub kind: u32,
    /// `sh_flags`
    pub flags: u64,
    /// Where in the file it is, unless it is of the type `SHT_NOBITS`.
    pub place: Section,
}

/// All sections of the little-endian file that `bytes` are; none if it has none, or they cannot be read.
#[must_use]
pub fn named_sections(bytes: &[u8], class: Class) -> Vec<NamedSection<'_>> {
    let found = match class {
        Class::Bits32 => headers_32(bytes),
        Class::Bits64 => headers_64(bytes),
    };
    let (headers, names) = found.unwrap_or_default();
    let content = |place: Section| {
        let start = usize::try_from(place.offset).ok()?;
        bytes.get(start..)?.get(..usize::try_from(place.size).ok()?)
    };
    let names = headers.get(usize::from(names)).and_then(|it| content(it.3));
    let name = |at: u32| {
        let rest = names?.get(at as usize..)?;
        rest.split(|&byte| byte == 0).next()
    };
    let named = headers
        .iter()
        .map(|&(at, kind, flags, place)| NamedSection {
            name: name(at).unwrap_or_default(),
            kind,
            flags,
            place,
        });
    named.collect()
}

/// The parts of a file that sections and their headers take.
pub(super) fn extents(bytes: &[u8], class: Class) -> Result<Vec<Section>> {
    let ((headers, _), table, size) = match class {
        Class::Bits32 => {
            let header: header32::Header = structure_at(bytes, 0)?;
            let size = size_of::<section_header32::SectionHeader>();
            (headers_32(bytes)?, header.e_shoff.into(), size)
        }
        Class::Bits64 => {
            let header: header64::Header = structure_at(bytes, 0)?;
            let size = size_of::<section_header64::SectionHeader>();
            (headers_64(bytes)?, header.e_shoff, size)
        }
    };
    let size = (size * headers.len()) as u64;
    let in_file = headers.iter().filter(|it| it.1 != SHT_NOBITS);
    let mut extents: Vec<_> = in_file.map(|it| it.3).collect();
    extents.push(Section {
        offset: table,
        size,
    });
    Ok(extents)
}

/// Section headers: where the name is, type, flags and place; and the number of the section that has the names.
type Headers = (Vec<(u32, u32, u64, Section)>, u16);

fn headers_32(file: &(impl Source + ?Sized)) -> Result<Headers> {
    let header: header32::Header = structure_at(file, 0)?;
    let table = structures_at(file, header.e_shoff.into(), header.e_shnum)?;
    let section = |header: section_header32::SectionHeader| {
        let (offset, size) = (header.sh_offset.into(), header.sh_size.into());
        let place = Section { offset, size };
        (
            header.sh_name,
            header.sh_type,
            header.sh_flags.into(),
            place,
        )
    };
    Ok((table.into_iter().map(section).collect(), header.e_shstrndx))
}

fn headers_64(file: &(impl Source + ?Sized)) -> Result<Headers> {
    let header: header64::Header = structure_at(file, 0)?;
    let table = structures_at(file, header.e_shoff, header.e_shnum)?;
    let section = |header: section_header64::SectionHeader| {
        let (offset, size) = (header.sh_offset, header.sh_size);
        let place = Section { offset, size };
        (header.sh_name, header.sh_type, header.sh_flags, place)
    };
    Ok((table.into_iter().map(section).collect(), header.e_shstrndx))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_section_by_its_whole_name() {
        let program = std::env::current_exe().unwrap();
        let found = section(&program, ".interp").unwrap().unwrap();
        let mut bytes = vec![0; usize::try_from(found.size).unwrap()];
        File::open(&program)
            .unwrap()
            .read_exact_at(&mut bytes, found.offset)
            .unwrap();
        assert!(bytes.starts_with(b"/") && bytes.ends_with(b"\0"));
        assert_eq!(section(&program, ".inter").unwrap(), None);
        assert_eq!(section(&program, ".interp2").unwrap(), None);
    }

    #[test]
    fn names_a_file_that_is_cut_off() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("cut-off");
        let whole = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for length in [0, 63, 64, 200] {
            std::fs::write(&file, &whole[..length]).unwrap();
            let error = section(&file, ".interp").unwrap_err();
            assert!(format!("{error:#}").contains("cut-off"), "{error:#}");
        }
    }
}
