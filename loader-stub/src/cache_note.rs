//! What a library environment says of its cache. It is asked for once, and only where it has to be known: a loader that
//! is prepared for the environment tells all of it.

use core::mem::MaybeUninit;

use loader_stub::cache_path::{self, CacheNote, NOTE_SIZE};
use loader_stub::path_buffer::PathBuffer;

use crate::sys;

/// Room for a note.
pub(crate) type NoteBuffer = [MaybeUninit<u8>; NOTE_SIZE];

/// What is known of the cache of a library environment.
pub(crate) struct Cache<'a> {
    /// Room for the note, until it is asked for.
    buffer: Option<&'a mut NoteBuffer>,
    is_there: bool,
    /// The note, as far as it was asked for.
    pub(crate) note: Option<CacheNote<'a>>,
}

impl<'a> Cache<'a> {
    /// Of the library environment that is baked in: it is not asked, for it was there when it was baked in.
    pub(crate) fn baked(note: Option<CacheNote<'a>>) -> Self {
        Self {
            buffer: None,
            is_there: true,
            note,
        }
    }

    /// Of any other.
    pub(crate) fn not_asked(buffer: &'a mut NoteBuffer) -> Self {
        Self {
            buffer: Some(buffer),
            is_there: false,
            note: None,
        }
    }

    /// Whether the library environment `dir`, always the same, has a cache. Where there is a note, there is one, and one
    /// question answers two.
    #[inline(never)]
    pub(crate) fn is_in(&mut self, dir: &[u8]) -> bool {
        if let Some(buffer) = self.buffer.take() {
            let mut path = PathBuffer::new();
            let link = path
                .join(dir, cache_path::PLACE_LINK)
                .and_then(|path| sys::read_link(path, buffer).ok());
            self.note = link.and_then(CacheNote::parse);
            self.is_there = self.note.is_some()
                || path
                    .join(dir, cache_path::FILE)
                    .is_some_and(sys::is_readable);
        }
        self.is_there
    }
}
