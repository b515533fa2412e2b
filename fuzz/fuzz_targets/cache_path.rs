//! The search for a loader's built-in cache path, against a naive one, and the text that says where it is.
//!
//! Input: the text of a place, a NUL, then a loader's constants.

#![no_main]

use libfuzzer_sys::fuzz_target;
use loader_stub::cache_path::{self, CacheNote, Place};

const ENDING: &[u8] = b"/ld.so.cache\0";

fuzz_target!(|input: &[u8]| {
    let split = input
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(input.len());
    let (text, constants) = input.split_at(split);
    if let Some(CacheNote { place, .. }) = CacheNote::parse(text) {
        let again = format!("{} {}", place.address, place.length);
        assert_eq!(
            CacheNote::parse(again.as_bytes()).map(|note| note.place),
            Some(place)
        );
        assert_eq!(place.to_string(), again);
        for start in [
            0,
            0x1000,
            usize::MAX & !0xfff,
            place.address.wrapping_sub(1),
        ] {
            if place.holds(constants, start) {
                assert!(is_path(constants, start, place));
            }
        }
    }
    let start = 0x2000;
    let found = cache_path::find(constants, start);
    assert_eq!(found, naive(constants, start));
    if let Some(place) = found {
        assert!(place.holds(constants, start) && is_path(constants, start, place));
    }
});

fn is_path(constants: &[u8], start: usize, place: Place) -> bool {
    let begin = place.address - start;
    let path = &constants[begin..begin + place.length + 1];
    constants[begin - 1] == 0
        && path[0] == b'/'
        && path.ends_with(ENDING)
        && path.iter().filter(|&&byte| byte == 0).count() == 1
}

fn naive(constants: &[u8], start: usize) -> Option<Place> {
    let endings: Vec<usize> = (0..constants.len())
        .filter(|&at| constants[at..].starts_with(ENDING))
        .collect();
    let &[ending] = endings.as_slice() else {
        return None;
    };
    let begin = (0..ending).rev().find(|&at| constants[at] == 0)? + 1;
    let length = ending - begin + ENDING.len() - 1;
    let absolute = constants[begin] == b'/';
    absolute.then_some(Place {
        address: start + begin,
        length,
    })
}
