//! Room for a path that is put together.

#![allow(
    unsafe_code,
    reason = "clearing the buffer first would cost more than all that is done with it"
)]

use core::ffi::CStr;
use core::mem::MaybeUninit;

/// How long a path can be, its NUL included. The library environment's own paths are short: a longer one
/// would not fit into a loader's built-in cache path either.
const SIZE: usize = 1024;

/// As long as a path that the kernel takes (`PATH_MAX`), its NUL included.
const LONG: usize = 4096;

/// Room for one path.
pub type PathBuffer = Buffer<SIZE>;

/// Room for one path of any length.
pub type LongPathBuffer = Buffer<LONG>;

/// Room for a path of fewer than `N` bytes.
#[derive(Debug)]
pub struct Buffer<const N: usize>([MaybeUninit<u8>; N]);

impl<const N: usize> Default for Buffer<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Buffer<N> {
    /// An empty buffer.
    pub const fn new() -> Self {
        Self([MaybeUninit::uninit(); N])
    }

    /// `dir` and `file`, one after the other, as the system wants it; `None` if they are too long together.
    /// What follows a NUL in them does not count.
    pub fn join(&mut self, dir: &[u8], file: &str) -> Option<&CStr> {
        self.concat(&[dir, file.as_bytes()])
    }

    /// All pieces, one after the other, likewise.
    pub fn concat(&mut self, pieces: &[&[u8]]) -> Option<&CStr> {
        let mut at = 0;
        for piece in pieces {
            at = self.put(at, piece)?;
        }
        self.put(at, &[0])?;
        // SAFETY: all bytes up to here were written, the last of them is a NUL.
        unsafe { Some(CStr::from_ptr(self.0.as_ptr().cast())) }
    }

    /// Puts bytes where they belong, and returns where they end; `None` if there is no room.
    fn put(&mut self, at: usize, bytes: &[u8]) -> Option<usize> {
        let end = at.checked_add(bytes.len())?;
        for (place, &byte) in self.0.get_mut(at..end)?.iter_mut().zip(bytes) {
            // SAFETY: it is a reference. The write is volatile because the compiler would make a `memcpy` of
            // the loop, which it calls through the global offset table: the only thing in the stub that
            // would have to be relocated.
            unsafe { core::ptr::from_mut(place).write_volatile(MaybeUninit::new(byte)) };
        }
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_what_fits() {
        let mut buffer = PathBuffer::new();
        assert_eq!(buffer.join(b"/d", "/ld.so"), Some(c"/d/ld.so"));
        assert_eq!(buffer.join(b"", ""), Some(c""));
        assert_eq!(
            buffer.join(&[b'x'; SIZE - 4], "abc").map(CStr::count_bytes),
            Some(SIZE - 1)
        );
        assert_eq!(buffer.join(&[b'x'; SIZE - 3], "abc"), None);
    }
}
