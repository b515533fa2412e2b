//! Where words and texts go: nowhere, to be counted, or into memory.

#![allow(unsafe_code, reason = "text is bytes in memory that is made of words")]

use core::mem::MaybeUninit;
use core::slice;

use crate::words::{CopyBytes, WORD, Words};

/// Takes words, and texts piece by piece.
pub(crate) trait Output {
    /// Takes a word.
    fn word(&mut self, word: usize);
    /// Takes the next piece of a text.
    fn piece(&mut self, piece: &[u8]);
    /// Ends a text, and takes its address as a word.
    fn end_text(&mut self);
}

/// How much was put out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measure {
    /// How many words.
    pub(crate) words: usize,
    /// How many bytes of text, with a NUL each.
    pub(crate) bytes: usize,
}

impl Output for Measure {
    fn word(&mut self, _: usize) {
        self.words += 1;
    }

    fn piece(&mut self, piece: &[u8]) {
        self.bytes += piece.len();
    }

    fn end_text(&mut self) {
        self.bytes += 1;
        self.words += 1;
    }
}

/// Puts words into one memory and texts into another. What does not fit is left out.
pub(crate) struct Writer<'a, C> {
    words: Words<'a, C>,
    texts: &'a mut [MaybeUninit<u8>],
    /// Where the text begins that has not ended yet.
    start: usize,
}

impl<'a, C: CopyBytes> Writer<'a, C> {
    pub(crate) fn new(
        words: &'a mut [MaybeUninit<usize>],
        texts: &'a mut [MaybeUninit<usize>],
    ) -> Self {
        let bytes = texts.as_mut_ptr().cast::<MaybeUninit<u8>>();
        // SAFETY: words are made of bytes, as many as said, and any byte may be in a `MaybeUninit`.
        let texts = unsafe { slice::from_raw_parts_mut(bytes, texts.len() * WORD) };
        Self {
            words: Words::new(words),
            start: bytes.expose_provenance(),
            texts,
        }
    }
}

impl<C: CopyBytes> Output for Writer<'_, C> {
    fn word(&mut self, word: usize) {
        let _ = self.words.push(word);
    }

    fn piece(&mut self, piece: &[u8]) {
        let texts = core::mem::take(&mut self.texts);
        if let Some((place, rest)) = texts.split_at_mut_checked(piece.len()) {
            // SAFETY: `place` is as long as the piece, and nobody else's.
            unsafe { C::copy_bytes(place.as_mut_ptr().cast(), piece.as_ptr(), piece.len()) };
            self.texts = rest;
        }
    }

    fn end_text(&mut self) {
        self.word(self.start);
        self.piece(&[0]);
        self.start = self.texts.as_ptr().expose_provenance();
    }
}
