//! A new segment at the end of the file, for all that has no place elsewhere.

use anyhow::{Result, bail};
use goblin::elf::header::ET_DYN;
use goblin::elf::program_header::{PF_R, PF_W, PT_INTERP, PT_LOAD};

use super::Layout;
use crate::surgery::headers::ProgramHeader;
use crate::surgery::object::Extent;
use crate::surgery::pieces::PieceKind;
use crate::surgery::rooms::ALIGNMENT;

/// What is behind an ELF file is written twice if it has at most this many bytes.
const MOST_REPEATED: u64 = 16 << 20;

/// A file is not made longer by more than this many bytes for the sake of kernels before 5.18.
const FARTHEST: u64 = 1 << 20;

impl Layout<'_> {
    /// Adds a segment for all that has no place.
    pub(super) fn add_segment(&mut self, page: u64) -> Result<()> {
        let payload = self.rooms.length - self.rooms.payload;
        if !self.rooms.repeat(MOST_REPEATED) {
            bail!(
                "there is no room in it, and it cannot be made longer: programs of its kind look at the end of their file for \
                 what they bring along ({payload} bytes)"
            );
        }
        if payload > 0 {
            self.steps.push(format!(
                "the {payload} bytes behind the ELF file stay, and are written once more at the end"
            ));
        }
        self.claim_header();
        let moves_headers = self
            .homeless
            .iter()
            .any(|it| self.pieces[it.0].piece.kind == PieceKind::Headers);
        let is_written = |it: &(usize, u64)| self.pieces[it.0].piece.kind.is_written();
        let flags = if self.homeless.iter().any(is_written) {
            PF_R | PF_W
        } else {
            PF_R
        };
        let mut segment = ProgramHeader {
            kind: PT_LOAD,
            flags,
            alignment: page,
            ..ProgramHeader::default()
        };
        (segment.offset, segment.address) = self.end_of_memory(page, moves_headers)?;
        segment.physical_address = segment.address;
        self.settle(&mut segment);
        let last = self.rooms.loads().last().unwrap_or(0);
        let _claimed = self.rooms.segments.pop();
        self.free_headers -= 1;
        self.rooms.segments.insert(last + 1, segment);
        self.rooms.set_length(segment.file_end());
        self.steps.push(format!(
            "a new segment of {} bytes at the end of the file",
            segment.file_size
        ));
        Ok(())
    }

    /// File offset and address of a new segment.
    fn end_of_memory(&self, page: u64, moves_headers: bool) -> Result<(u64, u64)> {
        let loads: Vec<_> = self
            .rooms
            .loads()
            .map(|it| &self.rooms.segments[it])
            .collect();
        let Some(first) = loads.first() else {
            bail!("nothing of it is mapped (it has no PT_LOAD)");
        };
        let end = loads.iter().map(|it| it.memory_end()).max().unwrap_or(0);
        let offset = self.rooms.length.next_multiple_of(ALIGNMENT);
        // Not below the distance that the first segment has: QEMU's user mode takes the least for that of the whole file,
        // and kernels before 5.18 use it to find the program headers.
        let distance = first.address.saturating_sub(first.offset);
        let lowest = offset.saturating_add(distance);
        let address = end
            .checked_next_multiple_of(page)
            .and_then(|it| it.checked_add(offset % page));
        let address = address.map(|it| {
            let missing = lowest.saturating_sub(it).next_multiple_of(page);
            it.saturating_add(missing)
        });
        let limit = self
            .object
            .encoding
            .pick(u64::from(u32::MAX), i64::MAX as u64);
        let Some(address) = address.filter(|&it| it < limit - (1 << 28)) else {
            bail!("there is no room behind its last segment in memory");
        };
        let is_program =
            self.object.segment(PT_INTERP).is_some() || self.object.header.kind != ET_DYN;
        let for_old_kernels = address.saturating_sub(distance);
        let is_far = for_old_kernels.saturating_sub(offset) > FARTHEST;
        let offset = match moves_headers && is_program && !is_far {
            true => for_old_kernels,
            false => offset,
        };
        Ok((offset, address))
    }

    fn settle(&mut self, segment: &mut ProgramHeader) {
        let order = |it: &(usize, u64)| match self.pieces[it.0].piece.kind {
            PieceKind::Headers => 0,
            PieceKind::Dynamic => 1,
            PieceKind::Strings => 3,
            _ => 2,
        };
        let mut homeless = std::mem::take(&mut self.homeless);
        homeless.sort_by_key(order);
        let mut used = 0u64;
        for (number, size) in homeless {
            let kind = self.pieces[number].piece.kind;
            let size = match kind {
                PieceKind::Headers => self.rooms.headers.size,
                _ => size,
            };
            used = used.next_multiple_of(self.pieces[number].piece.alignment.max(1));
            let now = Extent {
                offset: segment.offset + used,
                address: segment.address + used,
                size,
            };
            self.pieces[number].now = now;
            if kind == PieceKind::Headers {
                self.rooms.headers = now;
            }
            used += size;
            self.say(number, "moves into a new segment");
        }
        segment.file_size = used;
        segment.memory_size = used;
    }
}
