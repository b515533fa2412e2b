//! A library path as the text that the real loader reads.

#![allow(
    unsafe_code,
    reason = "the text is bytes in memory that is made of words"
)]

use core::mem::MaybeUninit;
use core::slice;

use crate::c_library::CLibrary;
use crate::placement::Placement;
use crate::plan;
use crate::words::{CopyBytes, WORD};

/// The variable by which the real loader learns of libraries.
const VARIABLE: &[u8] = b"LD_LIBRARY_PATH=";
/// The flag by which musl's loader does, if flag and path are in one argument.
const FLAG: &[u8] = b"--library-path=";

/// A library path: what the user says, then directories. It is not put together until it is copied.
#[derive(Clone, Copy, Debug)]
pub struct LibraryPath<'a> {
    /// The user's part; may be empty, and may have empty elements, which mean the current directory.
    pub user: &'a [u8],
    /// The parts whose empty elements mean nothing. Either may be empty.
    pub libraries: [&'a [u8]; 2],
    /// Whose loader is to understand it.
    pub c_library: CLibrary,
}

/// The text of a library path at its place, measured.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    placement: Placement,
    path: LibraryPath<'a>,
    /// Whether the libraries have to be taken apart to leave out empty elements.
    has_empty_elements: bool,
    /// How many bytes it has, without its NUL.
    length: usize,
    /// How many bytes come before it, in the words that it takes.
    start: usize,
    /// How many words it takes, with its NUL.
    pub(crate) words: usize,
}

impl<'a> Text<'a> {
    /// Measures it.
    pub(crate) fn new(placement: Placement, path: LibraryPath<'a>) -> Self {
        let mut text = Self {
            placement,
            path,
            has_empty_elements: path
                .libraries
                .iter()
                .any(|part| !part.is_empty() && plan::has_empty_element(part, path.c_library)),
            length: 0,
            start: 0,
            words: 0,
        };
        let mut length = 0;
        text.for_each_piece(|piece| length += piece.len());
        text.length = length;
        text.start = text.kept().next_multiple_of(WORD) - text.kept();
        text.words = (text.start + length + 1).div_ceil(WORD);
        text
    }

    /// How much of it remains when the program runs: the variable as the user has set it, or nothing.
    ///
    /// With musl all of it remains: its loader does not copy the path, and looks at it again at each dlopen
    /// (`env_path` in ldso/dynlink.c). It runs no constructor before the program's entry point, so nobody can have
    /// copied the pointers.
    pub(crate) fn kept(&self) -> usize {
        match self.placement {
            Placement::ReplaceVariable(_) | Placement::AppendVariable
                if self.path.c_library == CLibrary::Musl =>
            {
                self.length
            }
            Placement::ReplaceVariable(_) => VARIABLE.len() + self.path.user.len(),
            _ => 0,
        }
    }

    /// Writes it into memory of as many words as it takes, and returns its address.
    pub(crate) fn write<C: CopyBytes>(&self, memory: &mut [MaybeUninit<usize>]) -> usize {
        let bytes = memory.as_mut_ptr().cast::<MaybeUninit<u8>>();
        // SAFETY: words are made of bytes, as many as said, and any byte may be in a `MaybeUninit`.
        let bytes = unsafe { slice::from_raw_parts_mut(bytes, memory.len() * WORD) };
        let mut rest = bytes.get_mut(self.start..).unwrap_or_default();
        let start = rest.as_ptr().expose_provenance();
        self.for_each_piece(|piece| {
            if let Some((place, after)) =
                core::mem::take(&mut rest).split_at_mut_checked(piece.len())
            {
                // SAFETY: `place` is as long as the piece, and nobody else's.
                unsafe { C::copy_bytes(place.as_mut_ptr().cast(), piece.as_ptr(), piece.len()) };
                rest = after;
            }
        });
        if let Some(byte) = rest.first_mut() {
            byte.write(0);
        }
        start
    }

    fn for_each_piece(&self, mut take: impl FnMut(&[u8])) {
        if matches!(
            self.placement,
            Placement::ReplaceVariable(_) | Placement::AppendVariable
        ) {
            take(VARIABLE);
        }
        if matches!(self.placement, Placement::ReplaceFlag(_)) {
            take(FLAG);
        }
        let mut any = !self.path.user.is_empty();
        take(self.path.user);
        let mut take_next = |piece| {
            if any {
                take(b":");
            }
            take(piece);
            any = true;
        };
        for part in self.path.libraries {
            if self.has_empty_elements {
                plan::directories(part, self.path.c_library).for_each(&mut take_next);
            } else if !part.is_empty() {
                take_next(part);
            }
        }
    }
}
