//! Program headers, as they are once everything has its place.

use goblin::elf::program_header::{
    PF_R, PF_W, PF_X, PT_DYNAMIC, PT_GNU_RELRO, PT_GNU_STACK, PT_INTERP, PT_LOAD, PT_NOTE, PT_PHDR,
    PT_TLS,
};

use super::Work;
use crate::surgery::cache_note;
use crate::surgery::headers::ProgramHeader;
use crate::surgery::layout::Layout;
use crate::surgery::pieces::PieceKind;
use crate::surgery::wanted::Wanted;

impl Work<'_> {
    pub(super) fn segments(&self, layout: &Layout<'_>, wanted: &Wanted) -> Vec<ProgramHeader> {
        let mut segments = layout.rooms.segments.clone();
        for segment in &mut segments {
            if [PT_LOAD, PT_GNU_RELRO, PT_TLS].contains(&segment.kind) || segment.file_size == 0 {
                continue;
            }
            if segment.kind == PT_PHDR {
                let headers = layout.rooms.headers;
                *segment = at(segment, headers.offset, headers.address, headers.size);
                continue;
            }
            let mut pieces = layout.pieces.iter().filter(|it| it.is_changed());
            let placed = pieces.find(|it| {
                let old = it.piece.extent;
                old.size > 0 && old.address <= segment.address && segment.address < old.end()
            });
            let Some(placed) = placed else {
                continue;
            };
            let distance = segment.address - placed.piece.extent.address;
            let size = match segment.kind {
                PT_INTERP | PT_DYNAMIC => placed.now.size,
                _ => segment.file_size,
            };
            *segment = at(
                segment,
                placed.now.offset + distance,
                placed.now.address + distance,
                size,
            );
        }
        let mut free = segments.len() - layout.free_headers;
        if let Some(note) = layout.placed(PieceKind::NewNote) {
            let header = ProgramHeader {
                kind: PT_NOTE,
                flags: PF_R,
                alignment: cache_note::ALIGNMENT,
                ..ProgramHeader::default()
            };
            segments[free] = at(&header, note.now.offset, note.now.address, note.now.size);
            free += 1;
        }
        if let Some(is_executable) = wanted.executable_stack {
            set_stack(&mut segments, free, is_executable);
        }
        segments
    }
}

/// A program header of the same kind somewhere else.
fn at(old: &ProgramHeader, offset: u64, address: u64, size: u64) -> ProgramHeader {
    ProgramHeader {
        offset,
        address,
        physical_address: address,
        file_size: size,
        memory_size: size,
        ..*old
    }
}

fn set_stack(segments: &mut [ProgramHeader], free: usize, is_executable: bool) {
    let known = segments.iter().position(|it| it.kind == PT_GNU_STACK);
    let number = known.unwrap_or(free);
    if known.is_none() {
        segments[number] = ProgramHeader {
            kind: PT_GNU_STACK,
            flags: PF_R | PF_W,
            alignment: 16,
            ..ProgramHeader::default()
        };
    }
    match is_executable {
        true => segments[number].flags |= PF_X,
        false => segments[number].flags &= !PF_X,
    }
}
