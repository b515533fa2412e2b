//! The tables of program and section headers, read as a whole.

use anyhow::{Result, bail, ensure};
use goblin::elf::program_header::PT_LOAD;

use super::encoding::Encoding;
use super::headers::{FileHeader, ProgramHeader, SectionHeader};

/// The smallest page that Linux has.
pub(super) const SMALLEST_PAGE: u64 = 0x1000;

/// The program headers.
pub(super) fn segments(
    bytes: &[u8],
    encoding: Encoding,
    header: &FileHeader,
) -> Result<Vec<ProgramHeader>> {
    let size = ProgramHeader::size(encoding);
    let count = usize::from(header.segments);
    ensure!(
        count == 0 || usize::from(header.segment_size) == size,
        "its program headers have {} bytes each in place of {size}",
        header.segment_size
    );
    let start = usize::try_from(header.segments_offset)?;
    let table = bytes.get(start..).and_then(|it| it.get(..count * size));
    let Some(table) = table else {
        bail!("its program headers lie beyond the end of the file");
    };
    let headers = table.chunks_exact(size);
    Ok(headers
        .map(|bytes| ProgramHeader::read(encoding, bytes))
        .collect())
}

/// Segments that could not be mapped are refused: everything else relies on what they say.
pub(super) fn check_loads(
    bytes: &[u8],
    encoding: Encoding,
    segments: &[ProgramHeader],
) -> Result<()> {
    let end_of_file = (bytes.len() as u64).next_multiple_of(SMALLEST_PAGE);
    let end_of_memory = encoding.pick(1 << 32, 1 << 63);
    for (number, it) in segments.iter().enumerate() {
        if it.kind != PT_LOAD {
            continue;
        }
        ensure!(
            it.file_end() <= end_of_file || it.file_size == 0,
            "its program header {number} maps what is beyond the end of the file"
        );
        ensure!(
            it.memory_end() <= end_of_memory && it.file_size <= it.memory_size,
            "its program header {number} maps what is beyond the end of memory"
        );
    }
    Ok(())
}

/// The section headers; none if they cannot be read.
pub(super) fn sections(
    bytes: &[u8],
    encoding: Encoding,
    header: &FileHeader,
) -> Vec<SectionHeader> {
    let size = SectionHeader::size_of(encoding);
    let start = usize::try_from(header.sections_offset).ok();
    let table = start.filter(|&it| it > 0).and_then(|it| bytes.get(it..));
    let Some(table) = table.filter(|_| usize::from(header.section_size) == size) else {
        return Vec::new();
    };
    let mut headers = table.chunks_exact(size);
    // Where there are too many for `e_shnum`, it is 0, and the first header has the number.
    let count = match header.sections {
        0 => headers.clone().next().map_or(0, |bytes| {
            SectionHeader::read(encoding, bytes)
                .size
                .try_into()
                .unwrap_or(0)
        }),
        count => usize::from(count),
    };
    if headers.len() < count {
        return Vec::new();
    }
    let read = |bytes| SectionHeader::read(encoding, bytes);
    headers.by_ref().take(count).map(read).collect()
}

/// The largest page size that Linux has on a machine, in bytes: what its linkers align segments to (`ELF_MAXPAGESIZE` of
/// binutils' `bfd/elfNN-*.c`).
pub(super) fn largest_page(machine: u16) -> u64 {
    use goblin::elf::header::{
        EM_AARCH64, EM_IA_64, EM_MIPS, EM_PPC, EM_PPC64, EM_SPARC, EM_SPARCV9, EM_TILEGX,
    };
    /// The number that Linux uses for Alpha.
    const EM_ALPHA: u16 = 0x9026;
    /// `EM_LOONGARCH`
    const EM_LOONGARCH: u16 = 258;
    match machine {
        EM_ALPHA | EM_IA_64 | EM_MIPS | EM_PPC | EM_PPC64 | EM_AARCH64 | EM_TILEGX
        | EM_LOONGARCH => 0x10000,
        EM_SPARC | EM_SPARCV9 => 0x2000,
        _ => 0x1000,
    }
}
