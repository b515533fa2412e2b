//! What lies at a file's addresses once it is mapped: `elf_load` in Linux's `fs/binfmt_elf.c`, and `_dl_map_segments` in glibc's
//! `elf/dl-map-segments.h`.
//!
//! Both map whole pages, so what the file has beside a segment in its first and last page is there, too; what is mapped later
//! covers what was mapped before; and what a segment has in memory but not in the file is zero.

use goblin::elf::program_header::{PF_W, PT_LOAD};

use super::Segment;

/// The smallest page that Linux has: what is mapped with any.
const PAGE: u64 = 0x1000;

/// More program headers than these the kernel refuses: 64 KiB of them, `load_elf_phdrs`.
const MOST_SEGMENTS: usize = (1 << 16) / 32;

/// What is mapped, sorted by address. Nothing overlaps.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pieces: Vec<Piece>,
}

/// Some addresses, from one end to the other, and what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first address.
    pub start: u64,
    /// The address behind the last one.
    pub end: u64,
    /// Where in the file the first byte is; `None` if all are zero.
    pub offset: Option<u64>,
}

impl Piece {
    /// Where in the file the byte at an address is.
    pub fn place(&self, address: u64) -> Option<u64> {
        self.offset?.checked_add(address.checked_sub(self.start)?)
    }
}

impl Memory {
    /// What a file of `file_size` bytes with these program headers looks like in memory.
    pub fn of(segments: &[Segment], file_size: u64) -> Self {
        let mut memory = Self::default();
        let loads = segments.iter().filter(|it| it.kind == PT_LOAD);
        for segment in loads.take(MOST_SEGMENTS) {
            // One that reaches beyond the last address cannot be mapped.
            _ = memory.map(segment, file_size);
        }
        memory
    }

    fn map(&mut self, segment: &Segment, file_size: u64) -> Option<()> {
        let in_page = segment.address % PAGE;
        // Otherwise it cannot be mapped, but may be read all the same: files for machines that map nothing.
        let is_mapped = segment.offset % PAGE == in_page;
        let before = if is_mapped { in_page } else { 0 };
        let (start, offset) = (segment.address - before, segment.offset - before);
        let has_zeros = segment.memory_size > segment.file_size;
        let filled = segment.address.checked_add(segment.file_size)?;
        let end = segment.address.checked_add(segment.memory_size)?;
        if segment.file_size > 0 {
            // In a page that cannot be written to, nobody puts zeros.
            let is_cut = !is_mapped || has_zeros && segment.flags & PF_W != 0;
            let mapped = if is_cut {
                filled
            } else {
                filled.checked_next_multiple_of(PAGE)?
            };
            self.map_file(start, mapped, offset, file_size)?;
        }
        if has_zeros {
            let is_written = segment.file_size > 0 && segment.flags & PF_W != 0;
            let zeros = if is_written {
                filled
            } else {
                filled.checked_next_multiple_of(PAGE)?
            };
            self.put(zeros, end.checked_next_multiple_of(PAGE)?, None);
        }
        Some(())
    }

    /// Shows a part of the file, and behind its end zeros, up to the end of the page.
    fn map_file(&mut self, start: u64, end: u64, offset: u64, file_size: u64) -> Option<()> {
        let available = file_size.saturating_sub(offset).min(end - start);
        let file_end = start.checked_add(available)?;
        self.cut(start, end);
        self.put(start, file_end, Some(offset));
        if available > 0 {
            self.put(
                file_end,
                end.min(file_end.checked_next_multiple_of(PAGE)?),
                None,
            );
        }
        Some(())
    }

    /// Puts a piece in the place of what is there.
    fn put(&mut self, start: u64, end: u64, offset: Option<u64>) {
        if start >= end {
            return;
        }
        self.cut(start, end);
        let at = self.pieces.partition_point(|it| it.start < start);
        self.pieces.insert(at, Piece { start, end, offset });
    }

    /// Takes away what is there.
    fn cut(&mut self, start: u64, end: u64) {
        let mut kept = Vec::with_capacity(self.pieces.len() + 1);
        for piece in self.pieces.drain(..) {
            if piece.start < start {
                kept.push(Piece {
                    end: piece.end.min(start),
                    ..piece
                });
            }
            if piece.end > end {
                let from = piece.start.max(end);
                kept.push(Piece {
                    start: from,
                    offset: piece.place(from),
                    ..piece
                });
            }
        }
        self.pieces = kept;
    }

    /// The pieces from an address on, as far as there is no gap.
    pub fn from(&self, address: u64) -> impl Iterator<Item = Piece> + '_ {
        let first = self.pieces.partition_point(|it| it.end <= address);
        let mut expected = None;
        self.pieces[first..]
            .iter()
            .copied()
            .map_while(move |mut piece| {
                match expected {
                    None if piece.start > address => return None,
                    None => {
                        piece.offset = piece.place(address);
                        piece.start = address;
                    }
                    Some(expected) if piece.start != expected => return None,
                    Some(_) => {}
                }
                expected = Some(piece.end);
                Some(piece)
            })
    }
}
