//! The program headers of a file, for either class in one form.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use anyhow::{Context, Result, ensure};
use goblin::elf::header::{header32, header64};
use goblin::elf::program_header::{program_header32, program_header64};
use plain::Plain;

use super::{Class, Identity};

/// One program header. Sizes and offsets are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// `p_type`
    pub kind: u32,
    /// `p_flags`
    pub flags: u32,
    /// Where in the file it begins.
    pub offset: u64,
    /// Where in memory it begins, before the file is loaded anywhere.
    pub address: u64,
    /// How much of the file it is.
    pub file_size: u64,
    /// How much of memory it is.
    pub memory_size: u64,
    /// `p_align`
    pub alignment: u64,
}

/// Where the structures of a file are read from.
pub trait Source {
    /// Fills `bytes` with what is at `offset`.
    ///
    /// # Errors
    /// There is not that much, or the file cannot be read.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;
}

impl Source for File {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.read_exact_at(bytes, offset)
    }
}

impl Source for [u8] {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let from = usize::try_from(offset).ok();
        let whole = from.and_then(|from| self.get(from..)?.get(..bytes.len()));
        bytes.copy_from_slice(whole.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// The program headers of a file, in its order.
///
/// # Errors
/// A header is damaged or cut off, or the file's byte order is not little-endian.
pub fn segments(file: &(impl Source + ?Sized), identity: &Identity) -> Result<Vec<Segment>> {
    ensure!(identity.is_little_endian, "its byte order is big-endian");
    match identity.class {
        Class::Bits32 => {
            let header: header32::Header = structure_at(file, 0).context("damaged ELF header")?;
            let table = structures_at(file, header.e_phoff.into(), header.e_phnum);
            let table: Vec<program_header32::ProgramHeader> =
                table.context("damaged program header")?;
            let segment = |header: program_header32::ProgramHeader| Segment {
                kind: header.p_type,
                flags: header.p_flags,
                offset: header.p_offset.into(),
                address: header.p_vaddr.into(),
                file_size: header.p_filesz.into(),
                memory_size: header.p_memsz.into(),
                alignment: header.p_align.into(),
            };
            Ok(table.into_iter().map(segment).collect())
        }
        Class::Bits64 => {
            let header: header64::Header = structure_at(file, 0).context("damaged ELF header")?;
            let table = structures_at(file, header.e_phoff, header.e_phnum);
            let table: Vec<program_header64::ProgramHeader> =
                table.context("damaged program header")?;
            let segment = |header: program_header64::ProgramHeader| Segment {
                kind: header.p_type,
                flags: header.p_flags,
                offset: header.p_offset,
                address: header.p_vaddr,
                file_size: header.p_filesz,
                memory_size: header.p_memsz,
                alignment: header.p_align,
            };
            Ok(table.into_iter().map(segment).collect())
        }
    }
}

/// Reads a structure. One that is not whole is an error.
pub(super) fn structure_at<T: Plain + Default>(
    file: &(impl Source + ?Sized),
    offset: u64,
) -> io::Result<T> {
    let mut bytes = vec![0; size_of::<T>()];
    file.read_at(&mut bytes, offset)?;
    let mut structure = T::default();
    match structure.copy_from_bytes(&bytes) {
        Ok(()) => Ok(structure),
        Err(_) => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Reads structures that follow one another. If one of them is not whole, that is an error.
pub(super) fn structures_at<T: Plain + Default>(
    file: &(impl Source + ?Sized),
    offset: u64,
    count: u16,
) -> io::Result<Vec<T>> {
    let place = |number: u16| offset.checked_add(u64::from(number) * size_of::<T>() as u64);
    (0..count)
        .map(|number| match place(number) {
            Some(at) => structure_at(file, at),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        })
        .collect()
}
