//! Where a section of a file is.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use goblin::elf::header::{header32, header64};
use goblin::elf::section_header::{SHT_NOBITS, section_header32, section_header64};

use super::segments::{structure_at, structures_at};
use super::{Class, identify};

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
        Class::Bits32 => sections_32(&file),
        Class::Bits64 => sections_64(&file),
    }
    .context("damaged section headers")?;
    let Some(&(_, names)) = sections.get(usize::from(names)) else {
        return Ok(None);
    };
    let is_named = |&&(at, _): &&(u32, Section)| {
        let mut bytes = vec![0; name.len() + 1];
        let read = file.read_exact_at(&mut bytes, names.offset.saturating_add(at.into()));
        read.is_ok() && bytes.strip_suffix(&[0]) == Some(name.as_bytes())
    };
    Ok(sections.iter().find(is_named).map(|&(_, section)| section))
}

/// The parts of a file that sections and their headers take.
pub(super) fn extents(bytes: &[u8], class: Class) -> Result<Vec<Section>> {
    let (mut extents, table) = match class {
        Class::Bits32 => {
            let header: header32::Header = structure_at(bytes, 0)?;
            let table: Vec<section_header32::SectionHeader> =
                structures_at(bytes, header.e_shoff.into(), header.e_shnum)?;
            let in_file = table.iter().filter(|it| it.sh_type != SHT_NOBITS);
            let extent = |it: &section_header32::SectionHeader| Section {
                offset: it.sh_offset.into(),
                size: it.sh_size.into(),
            };
            let size = size_of_val(&table[..]);
            (
                in_file.map(extent).collect::<Vec<_>>(),
                (header.e_shoff.into(), size),
            )
        }
        Class::Bits64 => {
            let header: header64::Header = structure_at(bytes, 0)?;
            let table: Vec<section_header64::SectionHeader> =
                structures_at(bytes, header.e_shoff, header.e_shnum)?;
            let in_file = table.iter().filter(|it| it.sh_type != SHT_NOBITS);
            let extent = |it: &section_header64::SectionHeader| Section {
                offset: it.sh_offset,
                size: it.sh_size,
            };
            let size = size_of_val(&table[..]);
            (in_file.map(extent).collect(), (header.e_shoff, size))
        }
    };
    let (offset, size) = table;
    let size = size as u64;
    extents.push(Section { offset, size });
    Ok(extents)
}

/// The sections, each with the place of its name, and the number of the section that has the names.
type Sections = (Vec<(u32, Section)>, u16);

fn sections_32(file: &File) -> Result<Sections> {
    let header: header32::Header = structure_at(file, 0)?;
    let table = structures_at(file, header.e_shoff.into(), header.e_shnum)?;
    let section = |header: section_header32::SectionHeader| {
        let (offset, size) = (header.sh_offset.into(), header.sh_size.into());
        (header.sh_name, Section { offset, size })
    };
    Ok((table.into_iter().map(section).collect(), header.e_shstrndx))
}

fn sections_64(file: &File) -> Result<Sections> {
    let header: header64::Header = structure_at(file, 0)?;
    let table = structures_at(file, header.e_shoff, header.e_shnum)?;
    let section = |header: section_header64::SectionHeader| {
        let (offset, size) = (header.sh_offset, header.sh_size);
        (header.sh_name, Section { offset, size })
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
