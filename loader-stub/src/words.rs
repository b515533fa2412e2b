//! Memory that is filled word by word.

#![allow(
    unsafe_code,
    reason = "what is made of words is copied by the machine's own instruction"
)]

use core::marker::PhantomData;
use core::mem::{MaybeUninit, size_of, size_of_val};

/// The bytes of a word.
pub(crate) const WORD: usize = size_of::<usize>();

/// How bytes are copied. A call of `memcpy` would go through the global offset table, and nothing else in
/// the stub has to be relocated.
///
/// # Safety
/// `copy_bytes` does what `memcpy` does, and nothing else.
pub unsafe trait CopyBytes {
    /// Copies bytes to where there are none of them.
    ///
    /// # Safety
    /// The memory is there.
    unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize);
}

/// Memory that is filled from its beginning on.
pub(crate) struct Words<'a, C>(&'a mut [MaybeUninit<usize>], PhantomData<C>);

impl<'a, C: CopyBytes> Words<'a, C> {
    /// All of this memory, of which nothing is filled.
    pub(crate) fn new(memory: &'a mut [MaybeUninit<usize>]) -> Self {
        Self(memory, PhantomData)
    }

    /// Writes the next word and returns its address; `None` if there is no room.
    pub(crate) fn push(&mut self, word: usize) -> Option<usize> {
        let (next, rest) = core::mem::take(&mut self.0).split_first_mut()?;
        self.0 = rest;
        Some(core::ptr::from_mut(next.write(word)).expose_provenance())
    }

    /// Copies what is made of whole words; `None` if there is no room.
    pub(crate) fn copy<T: Copy>(&mut self, items: &[T]) -> Option<()> {
        let size = size_of_val(items);
        let (next, rest) = core::mem::take(&mut self.0).split_at_mut_checked(size / WORD)?;
        // SAFETY: `next` is as long as the items, and nobody else's.
        unsafe { C::copy_bytes(next.as_mut_ptr().cast(), items.as_ptr().cast(), size) };
        self.0 = rest;
        Some(())
    }
}
