//! Where everything goes that no longer fits where it was.
//!
//! A piece that grows pushes the pieces behind it into padding, if there is some. Else it goes where there is room. If there
//! is none either, a new segment is added at the end of the file; its program header takes the place of one that nobody
//! needs, or the table grows as any other piece does.

use anyhow::{Result, bail};
use goblin::elf::header::{EM_386, EM_X86_64, ET_DYN};
use goblin::elf::program_header::{
    PF_R, PF_W, PT_GNU_PROPERTY, PT_INTERP, PT_LOAD, PT_NOTE, PT_NULL, PT_PHDR,
};
use goblin::elf::section_header::{SHF_ALLOC, SHT_NOBITS};

use super::changes::Slide;
use super::headers::{FileHeader, ProgramHeader};
use super::object::{Extent, Object};
use super::pieces::{Piece, PieceKind};
use super::rooms::{ALIGNMENT, Rooms};

/// Where there are no section headers, zeros of up to this many bytes between two tables are taken for padding.
const PADDING: u64 = 32;

/// What a file has to have room for. Sizes are in bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Demand {
    /// The loader's path, with its NUL, if it changes.
    pub interpreter: Option<u64>,
    /// What the string table gets behind its end.
    pub strings: u64,
    /// The dynamic table, with one entry to end it.
    pub dynamic: u64,
    /// A new note.
    pub note: Option<u64>,
    /// More program headers.
    pub headers: u64,
}

/// A piece and where it will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    /// Where it was; nowhere if it is new.
    pub piece: Piece,
    /// Where it will be.
    pub now: Extent,
}

impl Placed {
    /// Whether it was moved or changed its size.
    pub fn is_changed(&self) -> bool {
        self.now != self.piece.extent
    }
}

/// Where everything goes.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    object: &'a Object<'a>,
    /// Program headers and the size of the file, as they will be.
    pub rooms: Rooms<'a>,
    /// All pieces.
    pub pieces: Vec<Placed>,
    /// Rows of pieces that were moved on.
    pub slides: Vec<Slide>,
    /// What was done, for people.
    pub steps: Vec<String>,
    /// How many program headers at the end of the table are free for what is new.
    pub free_headers: usize,
    /// Pieces for the new segment, with their sizes.
    homeless: Vec<(usize, u64)>,
}

/// Tables of more bytes than this are moved on only if there is no other way.
const MUCH: u64 = 1 << 16;

/// How room can be made by moving on what is there.
struct Push {
    /// The pieces that move.
    row: Vec<usize>,
    /// By how many bytes.
    by: u64,
    /// The segment in which they are.
    load: usize,
    /// By how much that segment gets longer.
    missing: u64,
}

/// What comes next behind an address.
enum Next {
    Piece(usize),
    Barrier,
    End,
}

impl<'a> Layout<'a> {
    /// Finds a place for everything. What is `outside` is no piece that could make way, but has to stay whole.
    pub fn new(
        object: &'a Object<'a>,
        pieces: &[Piece],
        outside: &[Piece],
        demand: &Demand,
        page: u64,
    ) -> Result<Self> {
        let placed = |&piece: &Piece| Placed {
            piece,
            now: piece.extent,
        };
        let mut layout = Self {
            object,
            rooms: Rooms::new(object, outside.iter().map(|it| it.extent).collect(), page),
            pieces: pieces.iter().map(placed).collect(),
            slides: Vec::new(),
            steps: Vec::new(),
            free_headers: 0,
            homeless: Vec::new(),
        };
        if object.dynamic.is_some() {
            // Its contents change even where it stays.
            let _ = layout.known(PieceKind::Dynamic)?;
        }
        layout.fit(demand, page)?;
        let mut changed = layout.pieces.iter().filter(|it| it.is_changed());
        if changed.any(|it| it.piece.kind != PieceKind::Interpreter) && object.relocates_itself() {
            bail!(
                "there is no room in it, and its tables cannot be moved: it relocates itself, as loaders do, and its code knows where they are"
            );
        }
        Ok(layout)
    }

    fn fit(&mut self, demand: &Demand, page: u64) -> Result<()> {
        if demand.strings > 0 {
            let strings = self.known(PieceKind::Strings)?;
            let size = self.pieces[strings].now.size + demand.strings;
            self.resize(strings, size);
        }
        if let Some(size) = demand.interpreter {
            let interpreter = self.known(PieceKind::Interpreter)?;
            self.resize(interpreter, size);
        }
        if demand.dynamic > 0 {
            let dynamic = self.known(PieceKind::Dynamic)?;
            let size = demand.dynamic.max(self.pieces[dynamic].now.size);
            self.resize(dynamic, size);
        }
        if let Some(size) = demand.note {
            let number = self.add_new(PieceKind::NewNote, 8);
            self.relocate(number, size);
        }
        for _ in 0..demand.headers {
            self.claim_header();
        }
        if !self.homeless.is_empty() {
            self.add_segment(page)?;
        }
        Ok(())
    }

    fn known(&mut self, kind: PieceKind) -> Result<usize> {
        if let Some(number) = self.pieces.iter().position(|it| it.piece.kind == kind) {
            return Ok(number);
        }
        // A string table that is mapped in parts, or a path that is not mapped, can be moved all the same.
        let extent = match kind {
            PieceKind::Strings => self.object.strings(),
            PieceKind::Dynamic => self.object.dynamic.as_ref().map(|it| it.extent),
            PieceKind::Interpreter => self.object.segment(PT_INTERP).map(|(_, it)| Extent {
                offset: it.offset,
                address: it.address,
                size: it.file_size,
            }),
            _ => None,
        };
        let Some(extent) = extent else {
            bail!("its dynamic table does not say where the table is that has to grow");
        };
        let number = self.add_new(kind, self.object.encoding.word() as u64);
        self.pieces[number].piece.extent = extent;
        self.pieces[number].now = extent;
        Ok(number)
    }

    fn add_new(&mut self, kind: PieceKind, alignment: u64) -> usize {
        let nowhere = Extent {
            offset: 0,
            address: 0,
            size: 0,
        };
        let piece = Piece {
            kind,
            extent: nowhere,
            alignment,
        };
        self.pieces.push(Placed {
            piece,
            now: nowhere,
        });
        self.pieces.len() - 1
    }

    /// Gives a piece another size, where it is or elsewhere.
    fn resize(&mut self, number: usize, size: u64) {
        let Placed { piece, now } = self.pieces[number];
        if size <= now.size {
            self.pieces[number].now.size = size;
            return;
        }
        let push = self.push(now.end(), size - now.size);
        let pushed = push.as_ref().map_or(0, |it| {
            it.row.iter().map(|&it| self.pieces[it].now.size).sum()
        });
        // To move on megabytes for a few bytes is the worse of two ways, if there is another.
        if pushed > MUCH && pushed > size {
            let is_written = piece.kind == PieceKind::Dynamic;
            if let Some(extent) = self.rooms.take(size, piece.alignment, is_written) {
                self.settle_in_padding(number, extent);
                return;
            }
        }
        match push {
            Some(push) => {
                self.make(&push);
                self.pieces[number].now.size = size;
                self.say(number, "grows where it is");
            }
            None => self.relocate(number, size),
        }
    }

    fn settle_in_padding(&mut self, number: usize, extent: Extent) {
        self.pieces[number].now = extent;
        self.say(number, "moves into padding");
    }

    fn relocate(&mut self, number: usize, size: u64) {
        let piece = self.pieces[number].piece;
        let is_written = piece.kind == PieceKind::Dynamic;
        match self.rooms.take(size, piece.alignment, is_written) {
            Some(extent) => self.settle_in_padding(number, extent),
            None => self.make_homeless(number, size),
        }
    }

    /// Puts a piece on the list for the new segment. Its old place is free for others, but not that of the dynamic table: code
    /// may know it.
    fn make_homeless(&mut self, number: usize, size: u64) {
        if self.pieces[number].piece.kind != PieceKind::Dynamic {
            self.pieces[number].now.size = 0;
        }
        self.homeless.push((number, size));
    }

    fn say(&mut self, number: usize, what: &str) {
        let name = match self.pieces[number].piece.kind {
            PieceKind::Interpreter => "the loader's path",
            PieceKind::Notes => "a note",
            PieceKind::Strings => "the string table",
            PieceKind::Dynamic => "the dynamic table",
            PieceKind::Table => "a table",
            PieceKind::Headers => "the table of program headers",
            PieceKind::NewNote => "the new note",
        };
        self.steps.push(format!("{name} {what}"));
    }

    /// How room can be made behind an address by moving on what is there, if it can.
    fn push(&self, end: u64, size: u64) -> Option<Push> {
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
    fn load_up_to(&self, end: u64) -> Option<usize> {
        let mut loads = self.rooms.loads();
        loads.find(|&it| {
            let load = &self.rooms.segments[it];
            load.address < end && end <= load.address.saturating_add(load.file_size)
        })
    }

    fn make(&mut self, push: &Push) {
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
    fn next(&self, load: usize, address: u64) -> (u64, Next) {
        let segment = &self.rooms.segments[load];
        let end = segment.address + segment.file_size;
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
    fn barriers(&self, segment: &ProgramHeader) -> Vec<(u64, u64)> {
        let end = segment.address + segment.file_size;
        let header = FileHeader::size(self.object.encoding) as u64;
        let mut barriers = Vec::new();
        if segment.offset == 0 {
            barriers.push((segment.address, segment.address + header));
        }
        if self.rooms.headers.address > 0 {
            barriers.push((self.rooms.headers.address, self.rooms.headers.end()));
        }
        let is_loaded = |it: &&super::headers::SectionHeader| {
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

    /// Where there are no section headers: what is between the pieces, as far as it cannot be padding.
    fn unknown(&self, segment: &ProgramHeader) -> Vec<(u64, u64)> {
        let end = segment.address + segment.file_size;
        let mut known: Vec<_> = (self.pieces.iter())
            .map(|it| it.piece.extent)
            .filter(|it| it.size > 0 && it.address >= segment.address && it.end() <= end)
            .collect();
        if self.rooms.headers.address > 0 {
            known.push(self.rooms.headers);
        }
        known.sort_by_key(|it| it.address);
        let mut unknown = Vec::new();
        let mut cursor = segment.address;
        for extent in known
            .iter()
            .map(|it| (it.address, it.end()))
            .chain([(end, end)])
        {
            if extent.0 > cursor && extent.0 - cursor > PADDING {
                unknown.push((cursor, extent.0));
            }
            cursor = cursor.max(extent.1);
        }
        unknown
    }

    /// Whether there are only zeros between two addresses, but for what pieces have left behind.
    fn is_free(&self, from: u64, to: u64) -> bool {
        let mut at = from;
        while at < to {
            let mut pieces = self.pieces.iter().map(|it| it.piece.extent);
            if let Some(left) = pieces.find(|it| it.address <= at && at < it.end()) {
                at = left.end();
                continue;
            }
            let byte = self
                .object
                .offset_of(at)
                .and_then(|it| self.object.range(it, 1));
            if byte.is_some_and(|it| it != [0]) {
                return false;
            }
            at += 1;
        }
        true
    }

    /// Gets a program header that may be used for something else. It stands, as a `PT_NULL`, at the end of the table.
    fn claim_header(&mut self) {
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
            None if is_mapped && self.evict(now.end(), size) => {}
            None => self.move_headers(),
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
    fn may_move(&self, number: usize) -> bool {
        !self.homeless.iter().any(|it| it.0 == number)
    }

    /// Moves what stands behind an address into the new segment, until there are `size` bytes.
    fn evict(&mut self, end: u64, size: u64) -> bool {
        let Some(load) = self.load_up_to(end) else {
            return false;
        };
        let mut evicted = Vec::new();
        let mut cursor = end;
        loop {
            let (start, next) = self.next(load, cursor);
            if !self.is_free(cursor, start) {
                return false;
            }
            if start - end >= size {
                break;
            }
            match next {
                Next::Piece(number) if self.may_move(number) => {
                    evicted.push(number);
                    cursor = self.pieces[number].now.end();
                }
                _ => return false,
            }
        }
        for number in evicted {
            let size = self.pieces[number].now.size;
            self.make_homeless(number, size);
            self.say(number, "makes way for a program header");
        }
        true
    }

    fn move_headers(&mut self) {
        let mut homeless = self.homeless.iter();
        if homeless.any(|it| self.pieces[it.0].piece.kind == PieceKind::Headers) {
            return;
        }
        let number = self.add_new(PieceKind::Headers, self.object.encoding.word() as u64);
        self.homeless.push((number, 0));
    }

    /// Adds a segment for all that has no place.
    fn add_segment(&mut self, page: u64) -> Result<()> {
        let payload = self.rooms.length - self.rooms.payload;
        if !self.rooms.repeat() {
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
        let is_written = |it: &(usize, u64)| self.pieces[it.0].piece.kind == PieceKind::Dynamic;
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
        self.rooms.length = segment.file_end();
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
        // Where a linker has left more between segments than a page, the architecture has larger ones.
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
        let offset = if moves_headers && is_program {
            address - distance
        } else {
            offset
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
