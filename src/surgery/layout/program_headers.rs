//! Program headers for what is new: those that nobody needs, or room for more.

use goblin::elf::header::{EM_386, EM_X86_64, ET_DYN};
use goblin::elf::program_header::{PT_GNU_PROPERTY, PT_INTERP, PT_NOTE, PT_NULL, PT_PHDR};

use super::Layout;
use super::push::Next;
use crate::surgery::headers::ProgramHeader;
use crate::surgery::pieces::PieceKind;

impl Layout<'_> {
    /// Gets a program header that may be used for something else. It stands, as a `PT_NULL`, at the end of the table.
    pub(super) fn claim_header(&mut self) {
        if let Some(number) = self.spare_header() {
            let spare = self.rooms.segments.remove(number);
            self.rooms.segments.push(ProgramHeader::default());
            self.steps.push(match spare.kind {
                PT_NULL => "an unused program header is used".to_owned(),
                PT_PHDR => "the program header that says where they are is used, which libraries do without".to_owned(),
                _ => "the program header of a note that another one has too is used".to_owned(),
            });
            self.free_headers += 1;
            return;
        }
        let size = ProgramHeader::size(self.object.encoding) as u64;
        let now = self.rooms.headers;
        let is_mapped = now.address > 0;
        match self.push(now.end(), size).filter(|_| is_mapped) {
            Some(push) => self.make(&push),
            None => match self.in_the_way(now.end(), size).filter(|_| is_mapped) {
                Some(pieces) => self.evict(&pieces),
                None => self.move_headers(),
            },
        }
        self.rooms.headers.size += size;
        self.rooms.segments.push(ProgramHeader::default());
        self.free_headers += 1;
    }

    fn spare_header(&self) -> Option<usize> {
        let segments = &self.rooms.segments;
        let others = &segments[..segments.len() - self.free_headers];
        let unused = others.iter().position(|it| it.kind == PT_NULL);
        unused
            .or_else(|| self.copy_of_note())
            .or_else(|| self.library_headers())
    }

    /// A `PT_NOTE` of what `PT_GNU_PROPERTY` shows too: kernel and loaders look at the latter. Where the note has more than
    /// that, on x86 the latter can go: kernels make no use of it there, and loaders find the note.
    fn copy_of_note(&self) -> Option<usize> {
        let segments = &self.rooms.segments;
        let number = segments.iter().position(|it| it.kind == PT_GNU_PROPERTY)?;
        let property = segments[number];
        let mut notes = segments
            .iter()
            .enumerate()
            .filter(|(_, it)| it.kind == PT_NOTE);
        let (note, _) = notes.find(|(_, it)| {
            it.alignment == property.alignment
                && it.offset <= property.offset
                && property.file_end() <= it.file_end()
        })?;
        let is_same = segments[note].file_size == property.file_size;
        let is_x86 = [EM_386, EM_X86_64].contains(&self.object.header.machine);
        match is_same {
            true => Some(note),
            false => is_x86.then_some(number),
        }
    }

    /// The `PT_PHDR` of a library: loaders find its program headers by the ELF header.
    fn library_headers(&self) -> Option<usize> {
        let segments = &self.rooms.segments;
        let is_program =
            segments.iter().any(|it| it.kind == PT_INTERP) || self.object.header.kind != ET_DYN;
        let number = segments.iter().position(|it| it.kind == PT_PHDR)?;
        (!is_program && self.rooms.headers.address > 0).then_some(number)
    }

    /// Whether a piece may make way. The dynamic table stays where it was even when it gets another place.
    pub(super) fn may_move(&self, number: usize) -> bool {
        // Some programs look for their payload right behind the section headers.
        let is_looked_for =
            self.pieces[number].piece.kind == PieceKind::SectionHeaders && self.rooms.has_payload();
        !is_looked_for && !self.homeless.iter().any(|it| it.0 == number)
    }

    /// What stands behind an address and would have to move into a new segment for `size` bytes to be free there.
    pub(super) fn in_the_way(&self, end: u64, size: u64) -> Option<Vec<usize>> {
        let load = self.load_up_to(end)?;
        let mut pieces = Vec::new();
        let mut cursor = end;
        loop {
            let (start, next) = self.next(load, cursor);
            if !self.is_free(cursor, start) {
                return None;
            }
            if start - end >= size {
                return Some(pieces);
            }
            match next {
                Next::Piece(number) if self.may_move(number) => {
                    pieces.push(number);
                    cursor = self.pieces[number].now.end();
                }
                _ => return None,
            }
        }
    }

    /// Has pieces move into the new segment.
    pub(super) fn evict(&mut self, pieces: &[usize]) {
        for &number in pieces {
            let size = self.pieces[number].now.size;
            self.make_homeless(number, size);
            self.say(number, "makes way");
        }
    }

    fn move_headers(&mut self) {
        let mut homeless = self.homeless.iter();
        if homeless.any(|it| self.pieces[it.0].piece.kind == PieceKind::Headers) {
            return;
        }
        let number = self.add_new(PieceKind::Headers, self.object.encoding.word() as u64);
        self.homeless.push((number, 0));
    }
}
