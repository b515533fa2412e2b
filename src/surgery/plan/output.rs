//! The bytes of a file whose layout is known: pieces where they go, then the headers.

use super::Work;
use crate::surgery::cache_note;
use crate::surgery::headers::FileHeader;
use crate::surgery::layout::{Layout, Placed};
use crate::surgery::object::DynamicEntry;
use crate::surgery::overlay::Overlay;
use crate::surgery::pieces::{ADDRESSES, PieceKind};
use crate::surgery::wanted::Wanted;

/// `DT_MIPS_RLD_MAP_REL` (MIPS ABI): a distance from the entry itself.
const DT_MIPS_RLD_MAP_REL: u64 = 0x7000_0035;

/// Old tables of up to this size are wiped out where they were. Larger ones are left: an undo record would have to hold them.
const WIPED: u64 = 4096;

impl<'a> Work<'a> {
    /// Writes everything to where it goes.
    pub(super) fn write(
        &mut self,
        layout: &Layout<'_>,
        wanted: &Wanted,
        entries: &[DynamicEntry],
        appended: &[u8],
    ) -> Overlay<'a> {
        for (at, bytes) in &wanted.bytes {
            self.patched.write(*at, bytes);
        }
        self.symbols(layout);
        let mut output = self.patched.clone();
        output.set_length(layout.rooms.length);
        for piece in layout.pieces.iter().filter(|it| it.is_changed()) {
            if is_wiped(piece) {
                let old = piece.piece.extent;
                output.write(old.offset, &vec![0; old.size as usize]);
            }
        }
        for piece in &layout.pieces {
            let content = self.content(piece, layout, wanted, entries, appended);
            if let Some(content) = content {
                output.write(piece.now.offset, &content);
            }
        }
        self.headers(layout, wanted, &mut output);
        if let Some((start, size)) = layout.rooms.repeated {
            let payload = self.object.range(start, size).unwrap_or_default();
            output.write(output.length(), payload);
        }
        output
    }

    fn content(
        &self,
        placed: &Placed,
        layout: &Layout<'_>,
        wanted: &Wanted,
        entries: &[DynamicEntry],
        appended: &[u8],
    ) -> Option<Vec<u8>> {
        let old = placed.piece.extent;
        let mut content = match placed.piece.kind {
            PieceKind::Headers | PieceKind::SectionHeaders => return None,
            PieceKind::NewNote => {
                let description = wanted.resolution_cache.as_deref().unwrap_or_default();
                cache_note::note(self.object.encoding, description)
            }
            PieceKind::Dynamic => {
                let mut table = self.patched.read(old.offset, old.size).into_owned();
                let new = self.dynamic(placed, layout, entries);
                let before = self.object.entries().len() * DynamicEntry::size(self.object.encoding);
                // An end of the new table, and nothing of the old one behind it. What others have put there stays.
                let end = before.max(new.len() + DynamicEntry::size(self.object.encoding));
                table.resize(table.len().max(new.len()), 0);
                let end = end.min(table.len());
                table[new.len()..end].fill(0);
                table[..new.len()].copy_from_slice(&new);
                table
            }
            PieceKind::Interpreter if wanted.interpreter.is_some() => {
                wanted.interpreter.clone().unwrap_or_default()
            }
            _ if !placed.is_changed() => return None,
            PieceKind::Strings => {
                let mut table = self.patched.read(old.offset, old.size).into_owned();
                table.extend(appended);
                table
            }
            _ => self.patched.read(old.offset, old.size).into_owned(),
        };
        content.resize(placed.now.size as usize, 0);
        Some(content)
    }

    /// The dynamic table, with the addresses that tables will have.
    fn dynamic(&self, placed: &Placed, layout: &Layout<'_>, entries: &[DynamicEntry]) -> Vec<u8> {
        let encoding = self.object.encoding;
        let size = DynamicEntry::size(encoding) as u64;
        let mut bytes = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let value = match entry.tag {
                tag if ADDRESSES.contains(&tag) => moved(layout, entry.value),
                DT_MIPS_RLD_MAP_REL => {
                    let mut before = self.object.entries().iter();
                    let old = before.position(|it| it.tag == entry.tag).unwrap_or(number) as u64;
                    let old = placed.piece.extent.address + old * size;
                    let new = placed.now.address + number as u64 * size;
                    entry.value.wrapping_add(old.wrapping_sub(new))
                }
                _ => entry.value,
            };
            bytes.extend(encoding.writer().word(entry.tag).word(value).done());
        }
        bytes
    }

    /// The headers of all three kinds.
    fn headers(&self, layout: &Layout<'_>, wanted: &Wanted, output: &mut Overlay<'_>) {
        let encoding = self.object.encoding;
        let segments = self.segments(layout, wanted);
        let headers = layout.rooms.headers;
        let mut table = headers.offset;
        for segment in &segments {
            let bytes = segment.write(encoding);
            output.write(table, &bytes);
            table += bytes.len() as u64;
        }
        let offset = encoding.bytes(headers.offset, encoding.word());
        output.write(FileHeader::place_of_segments_offset(encoding), &offset);
        let count = encoding.bytes(segments.len() as u64, 2);
        output.write(FileHeader::place_of_segments(encoding), &count);
        let mut sections = self.object.sections.clone();
        for section in &mut sections {
            *section = self.section_moved(layout, section).unwrap_or(*section);
        }
        let moved = layout.placed(PieceKind::SectionHeaders);
        if let Some(moved) = moved.filter(|it| it.is_changed()) {
            let offset = encoding.bytes(moved.now.offset, encoding.word());
            output.write(FileHeader::place_of_sections_offset(encoding), &offset);
        }
        let note = layout.placed(PieceKind::NewNote);
        if let Some(note) = note.filter(|_| !layout.rooms.has_payload()) {
            self.add_section(note, &mut sections, output);
        }
        // The table that is there, or the longer one that `add_section` has made room for.
        let place = FileHeader::place_of_sections_offset(encoding);
        let mut table = encoding.number(&output.read(place, encoding.word() as u64));
        for section in &sections {
            let bytes = section.write(encoding);
            output.write(table, &bytes);
            table += bytes.len() as u64;
        }
    }
}

/// Where something is that was at an address.
fn moved(layout: &Layout<'_>, address: u64) -> u64 {
    let mut pieces = layout.pieces.iter().filter(|it| it.is_changed());
    let piece = pieces.find(|it| {
        let old = it.piece.extent;
        old.size > 0 && old.address <= address && address < old.end()
    });
    piece.map_or(address, |it| {
        it.now.address + (address - it.piece.extent.address)
    })
}

/// Whether the place where a piece was is filled with zeros. The old dynamic table stays: code may know where it is.
fn is_wiped(placed: &Placed) -> bool {
    let (old, now) = (placed.piece.extent, placed.now);
    let is_near = now.address.abs_diff(old.address) < old.size;
    placed.piece.kind != PieceKind::Dynamic && (is_near || old.size <= WIPED)
}
