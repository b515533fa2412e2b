//! Where everything goes that no longer fits where it was.
//!
//! A piece that grows pushes the pieces behind it into padding, if there is some. Else it goes where there is room. If there
//! is none either, a new segment is added at the end of the file; its program header takes the place of one that nobody
//! needs, or the table grows as any other piece does.

mod new_segment;
mod program_headers;
mod push;

use anyhow::{Result, bail};
use goblin::elf::program_header::{PT_INTERP, PT_LOAD};

use crate::surgery::changes::Slide;
use crate::surgery::headers::ProgramHeader;
use crate::surgery::object::{Extent, Object};
use crate::surgery::pieces::{Piece, PieceKind};
use crate::surgery::rooms::{ALIGNMENT, Rooms};

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
        self.drop_empty_segments();
        Ok(())
    }

    /// Takes out segments that earlier edits have added and of which everything has moved elsewhere: strip would make
    /// segments of them that no loader takes.
    fn drop_empty_segments(&mut self) {
        let is_empty = |it: &ProgramHeader| {
            let holds = |extent: &Extent| {
                extent.size > 0 && it.address <= extent.address && extent.end() <= it.filled_end()
            };
            let left: u64 = (self.pieces.iter().map(|it| it.piece.extent).filter(holds))
                .map(|it| it.size)
                .sum();
            let is_used = self.pieces.iter().any(|it| holds(&it.now));
            let is_whole = left + ALIGNMENT * self.pieces.len() as u64 >= it.file_size
                && it.memory_size == it.file_size;
            it.kind == PT_LOAD
                && it.file_size > 0
                && left > 0
                && is_whole
                && !is_used
                && self.barriers(it).is_empty()
        };
        let segments = self.rooms.segments.clone();
        let mut kept: Vec<_> = segments
            .iter()
            .filter(|it| !is_empty(it))
            .copied()
            .collect();
        // Unused program headers stand before those that are free for what is new.
        let place = kept.len() - self.free_headers;
        for _ in kept.len()..segments.len() {
            kept.insert(place, ProgramHeader::default());
        }
        self.rooms.segments = kept;
    }

    /// The piece of a kind of which a file has one, if it has it.
    pub fn placed(&self, kind: PieceKind) -> Option<&Placed> {
        self.pieces.iter().find(|it| it.piece.kind == kind)
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
            let is_written = piece.kind.is_written();
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
        let is_written = piece.kind.is_written();
        match self.rooms.take(size, piece.alignment, is_written) {
            Some(extent) => self.settle_in_padding(number, extent),
            None => self.put_in_new_segment(number, size),
        }
    }

    /// Has a piece move into the new segment, or rather what is in its way, if that is less.
    fn put_in_new_segment(&mut self, number: usize, size: u64) {
        let now = self.pieces[number].now;
        let others = self.in_the_way(now.end(), size.saturating_sub(now.size));
        let cost = |others: &Vec<usize>| {
            others
                .iter()
                .map(|&it| self.pieces[it].now.size)
                .sum::<u64>()
        };
        match others.filter(|others| now.size > 0 && cost(others) < size) {
            Some(others) => {
                self.evict(&others);
                self.pieces[number].now.size = size;
                self.say(number, "grows where it is");
            }
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
            PieceKind::SectionHeaders => "the table of section headers",
            PieceKind::NewNote => "the new note",
        };
        self.steps.push(format!("{name} {what}"));
    }
}
