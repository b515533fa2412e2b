//! Where a text occurs in a loader's constants.
//!
//! `memchr::memmem` does this for any text and data, but its searcher is so large that the compiler moves it
//! by calls of `memcpy` through the global offset table: the stub would have something to relocate, and a
//! second segment. So this uses the parts that `memmem` is made of: vectors where the architecture always
//! has them, and Rabin-Karp for what is too short for vectors. `memmem` is the oracle of the tests.

use memchr::arch::all::rabinkarp;

/// Calls `found` with every offset at which `text` occurs in `data`, in order. Occurrences do not overlap.
/// `rare` are the offsets of two bytes of the text that are rare in the data.
pub fn for_each_occurrence(data: &[u8], text: &[u8], rare: [u8; 2], mut found: impl FnMut(usize)) {
    let mut start = 0;
    while let Some(rest) = data.get(start..)
        && let Some(offset) = find(rest, text, rare)
    {
        found(start + offset);
        start += offset + text.len();
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn find(data: &[u8], text: &[u8], [first, second]: [u8; 2]) -> Option<usize> {
    #[cfg(target_arch = "aarch64")]
    use memchr::arch::aarch64::neon::packedpair::Finder;
    use memchr::arch::all::packedpair::Pair;
    #[cfg(target_arch = "x86_64")]
    use memchr::arch::x86_64::sse2::packedpair::Finder;

    let finder = Finder::with_pair(text, Pair::with_indices(text, first, second)?)?;
    if data.len() < finder.min_haystack_len() {
        return rabinkarp::Finder::new(text).find(data, text);
    }
    finder.find(data, text)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn find(data: &[u8], text: &[u8], _rare: [u8; 2]) -> Option<usize> {
    rabinkarp::Finder::new(text).find(data, text)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn agrees_with_memmem(data: &[u8], text: &[u8]) {
        let expected: Vec<_> = memchr::memmem::find_iter(data, text).collect();
        let mut found = Vec::new();
        for_each_occurrence(data, text, [0, 10], |offset| found.push(offset));
        assert_eq!(found, expected, "{} bytes", data.len());
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
