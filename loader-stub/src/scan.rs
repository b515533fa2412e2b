//! Where a text occurs in a loader's constants.
//!
//! `memchr::memmem` does the same for any text and any data. It is the oracle of the tests here, but does not
//! fit into the stub: its searcher is so large that the compiler moves it by calls of `memcpy` through the
//! global offset table, and the stub would have something to relocate and a second segment. So: vectors,
//! and the one text that is looked for.

#![cfg_attr(target_arch = "x86_64", allow(unsafe_code, reason = "vector loads"))]

/// The size of a block, in bytes. Blocks are passed over as a whole.
const BLOCK: usize = 128;
/// The distance of the two bytes that are looked for in a block: from the first byte of `/ld.so.cache`
/// to its `h`, the two rarest in glibc's loaders.
const DISTANCE: usize = 10;

/// Calls `found` with every offset at which `text` occurs in `data`, in order.
pub fn for_each_occurrence<const N: usize>(
    data: &[u8],
    text: &[u8; N],
    mut found: impl FnMut(usize),
) {
    const { assert!(N > DISTANCE) }
    // The last place at which the text fits.
    let Some(last) = data.len().checked_sub(N) else {
        return;
    };
    let mut start = 0;
    while start <= last {
        let blocks = (last + 1 - start) / BLOCK;
        start += BLOCK * blocks_without(data, start, blocks, text[0], text[DISTANCE]);
        let end = (start + BLOCK).min(last + 1);
        let places = data.get(start..end).unwrap_or_default();
        for (index, _) in places
            .iter()
            .enumerate()
            .filter(|&(_, byte)| *byte == text[0])
        {
            if data
                .get(start + index..)
                .is_some_and(|rest| rest.starts_with(text))
            {
                found(start + index);
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
    use super::{BLOCK, DISTANCE};

    /// How many of the `count` blocks from `start` on come before the first one that has `first` in it, and
    /// `second` behind that at [`DISTANCE`], which may be in the next block.
    pub(super) fn blocks_without(
        data: &[u8],
        start: usize,
        count: usize,
        first: u8,
        second: u8,
    ) -> usize {
        let is_pair = |place: usize| {
            data.get(place) == Some(&first) && data.get(place + DISTANCE) == Some(&second)
        };
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
        __m128i, _mm_and_si128, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128,
        _mm_set1_epi8,
    };

    use super::{BLOCK, DISTANCE};

    /// As `portable::blocks_without`.
    pub(super) fn blocks_without(
        data: &[u8],
        start: usize,
        count: usize,
        first: u8,
        second: u8,
    ) -> usize {
        let Some(places) = data.get(start..) else {
            return count;
        };
        // Whoever gives a wrong count gets a right answer for as many blocks as there are.
        let count = count.min(places.len().saturating_sub(DISTANCE) / BLOCK);
        let has_pair = |index: &usize| {
            // SAFETY: `count` blocks of eight vectors are there, with DISTANCE bytes behind the last of them;
            // SSE2 is part of x86-64, and its vectors may be loaded from any address.
            unsafe {
                let block = places.as_ptr().add(index * BLOCK).cast::<__m128i>();
                let behind = block.byte_add(DISTANCE);
                let equal = |vector, byte: u8| {
                    _mm_cmpeq_epi8(_mm_loadu_si128(vector), _mm_set1_epi8(byte as i8))
                };
                let pairs =
                    |i| _mm_and_si128(equal(block.add(i), first), equal(behind.add(i), second));
                let two = |i| _mm_or_si128(pairs(i), pairs(i + 1));
                let any = _mm_or_si128(_mm_or_si128(two(0), two(2)), _mm_or_si128(two(4), two(6)));
                _mm_movemask_epi8(any) != 0
            }
        };
        (0..count).find(has_pair).unwrap_or(count)
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
        let data: Vec<u8> = (0..BLOCK * 40 + DISTANCE)
            .map(|index| (index * index / 7) as u8)
            .collect();
        for first in 0..=255 {
            for (start, count) in [(0, 40), (5, 39), (BLOCK, 9)] {
                let second = first ^ 0x11;
                let expected = portable::blocks_without(&data, start, count, first, second);
                assert_eq!(
                    blocks_without(&data, start, count, first, second),
                    expected,
                    "{start} {count} {first}"
                );
            }
        }
    }

    #[test]
    fn finds_a_text_wherever_it_is() {
        let text = b"/ld.so.cache\0";
        for length in [0, 1, 127, 128, 129, 300] {
            for offset in 0..=length {
                let mut data = Vec::from_iter(
                    (0..length).map(|index| if index % 7 == 0 { b'/' } else { b'h' }),
                );
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
