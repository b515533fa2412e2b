//! Room behind a piece, made by moving on the pieces behind it into padding.

use goblin::elf::section_header::{SHF_ALLOC, SHT_NOBITS};

use super::Layout;
use crate::surgery::changes::Slide;
use crate::surgery::headers::{FileHeader, ProgramHeader, SectionHeader};
use crate::surgery::pieces::PieceKind;

/// To what tables are aligned, in bytes.
const ALIGNMENT: u64 = 8;

/// How room can be made by moving on what is there.
pub(super) struct Push {
    /// The pieces that move.
    pub row: Vec<usize>,
    /// By how many bytes.
    by: u64,
    /// The segment in which they are.
    load: usize,
    /// By how much that segment gets longer.
    missing: u64,
}

/// What comes next behind an address.
pub(super) enum Next {
    Piece(usize),
    Barrier,
    End,
}

impl Layout<'_> {
    /// How room can be made behind an address by moving on what is there, if it can.
    pub(super) fn push(&self, end: u64, size: u64) -> Option<Push> {
        let load = self.load_up_to(end)?;
        let mut row = Vec::new();
        let mut cursor = end;
        loop {
            let alignments = row
                .iter()
                .map(|&it: &usize| self.pieces[it].piece.alignment);
            let by = size.next_multiple_of(alignments.max().unwrap_or(1));
            let (start, next) = self.next(load, cursor);
            if !self.is_free(cursor, start) {
                return None;
            }
            let gap = start - cursor;
            let missing = by.saturating_sub(gap);
            match next {
                Next::End if missing > self.rooms.behind(load) => return None,
                Next::Piece(number) if missing > 0 && self.may_move(number) => {
                    row.push(number);
                    cursor = self.pieces[number].now.end();
                }
                Next::Piece(_) | Next::Barrier if missing > 0 => return None,
                _ => {
                    return Some(Push {
                        row,
                        by,
                        load,
                        missing,
                    });
                }
            }
        }
    }

    /// The segment that has what ends at an address.
    pub(super) fn load_up_to(&self, end: u64) -> Option<usize> {
        let mut loads = self.rooms.loads();
        loads.find(|&it| {
            let load = &self.rooms.segments[it];
            load.address < end && end <= load.filled_end()
        })
    }

    pub(super) fn make(&mut self, push: &Push) {
        if push.missing > 0 {
            self.rooms.extend(push.load, push.missing);
        }
        self.slide(&push.row, push.by);
    }

    fn slide(&mut self, row: &[usize], by: u64) {
        if let (Some(&first), Some(&last)) = (row.first(), row.last()) {
            let from = self.pieces[first].now.offset;
            let size = self.pieces[last].now.file_end() - from;
            self.slides.push(Slide { from, size, by });
            self.steps.push(format!(
                "{} tables move on by {by} bytes, into padding",
                row.len()
            ));
        }
        for &number in row {
            let now = &mut self.pieces[number].now;
            now.offset += by;
            now.address += by;
        }
    }

    /// What begins first at or behind an address of a segment, and where.
    pub(super) fn next(&self, load: usize, address: u64) -> (u64, Next) {
        let segment = &self.rooms.segments[load];
        let end = segment.filled_end();
        let mut first = (end, Next::End);
        for (number, it) in self.pieces.iter().enumerate() {
            if it.now.size > 0 && it.now.address >= address && it.now.address < first.0 {
                first = (it.now.address, Next::Piece(number));
            }
        }
        for start in self
            .barriers(segment)
            .into_iter()
            .filter_map(|(start, end)| (end > address).then_some(start.max(address)))
        {
            if start < first.0 {
                first = (start, Next::Barrier);
            }
        }
        first
    }

    /// The parts of a segment that must stay where they are.
    pub(super) fn barriers(&self, segment: &ProgramHeader) -> Vec<(u64, u64)> {
        let end = segment.filled_end();
        let header = FileHeader::size(self.object.encoding) as u64;
        let mut barriers = Vec::new();
        if segment.offset == 0 {
            barriers.push((segment.address, segment.address.saturating_add(header)));
        }
        let headers = self.rooms.headers;
        if headers.address > 0 && segment.address <= headers.address && headers.end() <= end {
            barriers.push((headers.address, headers.end()));
        }
        let is_loaded = |it: &&SectionHeader| {
            it.flags & u64::from(SHF_ALLOC) != 0 && it.kind != SHT_NOBITS && it.size > 0
        };
        let mut is_any = false;
        for section in self.object.sections.iter().filter(is_loaded) {
            if section.address < segment.address || section.address >= end {
                continue;
            }
            is_any = true;
            let mut pieces = self.pieces.iter();
            if !pieces.any(|it| it.piece.extent.holds(section.address, section.size)) {
                barriers.push((
                    section.address,
                    section.address.saturating_add(section.size),
                ));
            }
        }
        if !is_any {
            barriers.extend(self.unknown(segment));
        }
        barriers
    }

    /// Where there are no section headers: what is between the pieces, as far as it cannot be padding. Zeros may be data, or
    /// entries of the global offset table; so they are padding only where the alignment of what follows explains them.
    fn unknown(&self, segment: &ProgramHeader) -> Vec<(u64, u64)> {
        let end = segment.filled_end();
        let pieces = self.pieces.iter().map(|it| it.piece);
        let pieces = pieces.filter(|it| {
            let extent = it.extent;
            extent.size > 0 && extent.address >= segment.address && extent.end() <= end
        });
        let mut known: Vec<_> = pieces
            .map(|it| {
                (
                    it.extent.address,
                    it.extent.end(),
                    it.kind == PieceKind::Dynamic,
                )
            })
            .collect();
        let headers = self.rooms.headers;
        if headers.address >= segment.address && headers.end() <= end && headers.address > 0 {
            known.push((headers.address, headers.end(), false));
        }
        known.sort_unstable();
        known.push((end, end, true));
        let mut unknown = Vec::new();
        let (mut cursor, mut is_last_or_dynamic) = (segment.address, false);
        for (start, stop, is_dynamic) in known {
            let is_end = start == end && stop == end;
            let is_padding =
                !is_last_or_dynamic && !is_end && start - start.min(cursor) < ALIGNMENT;
            if start > cursor && !is_padding {
                unknown.push((cursor, start));
            }
            cursor = cursor.max(stop);
            is_last_or_dynamic = is_dynamic;
        }
        unknown
    }

    /// Whether there are only zeros between two addresses, but for what pieces have left behind.
    pub(super) fn is_free(&self, from: u64, to: u64) -> bool {
        let mut at = from;
        while at < to {
            let left = self.pieces.iter().map(|it| it.piece.extent);
            if let Some(here) = left.clone().find(|it| it.address <= at && at < it.end()) {
                at = here.end();
                continue;
            }
            let next = left.map(|it| it.address).filter(|&it| it > at).min();
            let end = next.unwrap_or(to).min(to);
            let bytes = self
                .object
                .offset_of(at)
                .and_then(|it| self.object.range(it, end - at));
            // What is beyond the end of the file is nothing that could be written to.
            if !bytes.is_some_and(|it| it.iter().all(|&it| it == 0)) {
                return false;
            }
            at = end;
        }
        true
    }
}
