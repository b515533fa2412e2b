//! Where a text occurs in a loader's constants.
//!
//! `memchr::memmem` does the same for any text and any data. Here it would cost more instructions than all
//! the rest of the stub: the constants are full of the text's first byte, and a search starts anew after
//! each. So whole blocks are passed over: those without that byte, then those that have it nowhere with
//! another byte of the text at its distance. What remains is the right block and hardly another. `memmem` is
//! the oracle of the tests.

#![cfg_attr(target_arch = "x86_64", allow(unsafe_code, reason = "vector loads"))]

/// The size of a block, in bytes.
const BLOCK: usize = 128;
/// The other byte of the text that is looked for in a block: the `h` of `/ld.so.cache`, the rarest after `/`.
const SECOND: usize = 10;

/// Calls `found` with every offset at which `text` occurs in `data`, in order.
pub fn for_each_occurrence<const N: usize>(data: &[u8], text: &[u8; N], mut found: impl FnMut(usize)) {
    const { assert!(N > SECOND) }
    // The last place at which the text fits.
    let Some(last) = data.len().checked_sub(N) else { return };
    let mut start = 0;
    while start <= last {
        let blocks = (last + 1 - start) / BLOCK;
        start += BLOCK * blocks_without(data, start, blocks, text[0], text[SECOND]);
        let end = (start + BLOCK).min(last + 1);
        for place in start..end {
            let rest = data.get(place..).unwrap_or_default();
            if rest.first() == Some(&text[0]) && rest.starts_with(text) {
                found(place);
            }
        }
        start = end;
    }
}

#[cfg(not(target_arch = "x86_64"))]
use portable::blocks_without;
#[cfg(target_arch = "x86_64")]
use sse2::blocks_without;

#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    use super::{BLOCK, SECOND};

    /// How many of the `count` blocks from `start` on come before the first one that has `first` in it and
    /// `second` behind it at the distance [`SECOND`], which may be in the next block.
    pub(super) fn blocks_without(data: &[u8], start: usize, count: usize, first: u8, second: u8) -> usize {
        let is_pair = |place: usize| data.get(place) == Some(&first) && data.get(place + SECOND) == Some(&second);
        let has_pair = |index: &usize| {
            let block = start + index * BLOCK;
            (block..block + BLOCK).any(is_pair)
        };
        (0..count).find(has_pair).unwrap_or(count)
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use core::arch::x86_64::{
        __m128i, _mm_and_si128, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };

    use super::{BLOCK, SECOND};

    /// As `portable::blocks_without`.
    // Not inlined: the one hot loop of the stub shall have the registers for itself.
    #[inline(never)]
    pub(super) fn blocks_without(data: &[u8], start: usize, count: usize, first: u8, second: u8) -> usize {
        let Some(places) = data.get(start..) else { return count };
        // Whoever gives a wrong count gets a right answer for as many blocks as there are.
        let count = count.min(places.len().saturating_sub(SECOND) / BLOCK);
        let has_pair = |index: &usize| {
            // SAFETY: `count` blocks are there with SECOND bytes behind the last of them.
            unsafe {
                let block = places.as_ptr().add(index * BLOCK);
                any(|vector| equal(block, vector, first))
                    && any(|vector| _mm_and_si128(equal(block, vector, first), equal(block.add(SECOND), vector, second)))
            }
        };
        (0..count).find(has_pair).unwrap_or(count)
    }

    /// Whether any of a block's eight vectors has a byte that is not 0.
    #[inline(always)]
    fn any(vector: impl Fn(usize) -> __m128i) -> bool {
        // SAFETY: SSE2 is part of x86-64.
        unsafe {
            let or = |a, b| _mm_or_si128(a, b);
            let low = or(or(vector(0), vector(1)), or(vector(2), vector(3)));
            let high = or(or(vector(4), vector(5)), or(vector(6), vector(7)));
            _mm_movemask_epi8(or(low, high)) != 0
        }
    }

    /// 0xff for each byte that equals `byte`, of the vector with this index.
    ///
    /// # Safety
    /// The bytes are there: 16 from `16 * index` on.
    #[inline(always)]
    unsafe fn equal(bytes: *const u8, index: usize, byte: u8) -> __m128i {
        // SAFETY: SSE2 is part of x86-64; a vector may be loaded from any address; the bytes are there.
        unsafe { _mm_cmpeq_epi8(_mm_loadu_si128(bytes.cast::<__m128i>().add(index)), _mm_set1_epi8(byte as i8)) }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn agrees_with_memmem<const N: usize>(data: &[u8], text: &[u8; N]) {
        let expected: Vec<_> = memchr::memmem::find_iter(data, text).collect();
        let mut found = Vec::new();
        for_each_occurrence(data, text, |offset| found.push(offset));
        assert_eq!(found, expected, "{} bytes", data.len());
    }

    #[test]
    fn is_the_same_with_and_without_vectors() {
        let data: Vec<u8> = (0..BLOCK * 40 + SECOND).map(|index| (index * index / 7) as u8).collect();
        for first in 0..=255 {
            for (start, count) in [(0, 40), (5, 39), (BLOCK, 9)] {
                let second = first ^ 0x11;
                let expected = portable::blocks_without(&data, start, count, first, second);
                assert_eq!(blocks_without(&data, start, count, first, second), expected, "{start} {count} {first}");
            }
        }
    }

    #[test]
    fn finds_a_text_wherever_it_is() {
        let text = b"/ld.so.cache\0";
        for length in [0, 1, 127, 128, 129, 300] {
            for offset in 0..=length {
                let mut data = Vec::from_iter((0..length).map(|index| if index % 7 == 0 { b'/' } else { b'h' }));
                data.splice(offset..offset, *text);
                agrees_with_memmem(&data, text);
                data.pop();
                agrees_with_memmem(&data, text);
            }
        }
    }

    #[test]
    fn finds_every_occurrence() {
        agrees_with_memmem(&b"/ab/abcdefhijk/abcdefhijkl".repeat(60), b"/abcdefhijk");
        agrees_with_memmem(&b"/abcdefhijk".repeat(60), b"/abcdefhijk");
        agrees_with_memmem(b"", b"/abcdefhijk");
    }
}
