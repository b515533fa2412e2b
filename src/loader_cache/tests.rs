//! Tests of the cache against a naive oracle and against damage.

use std::os::unix::ffi::OsStrExt;

use proptest::prelude::*;

use super::order::{loader_order, sorting_order};
use super::*;

const X86: &Architecture = Architecture::X86_64;

fn entry(name: &[u8], path: &str) -> CacheEntry {
    CacheEntry {
        name: OsStr::from_bytes(name).to_owned(),
        path: path.into(),
        flags: X86.cache_flags,
    }
}

fn cache(names: &[&str]) -> LoaderCache {
    let entries = names
        .iter()
        .map(|name| entry(name.as_bytes(), &format!("/lib/{name}")))
        .collect();
    LoaderCache::new(entries, X86)
}

/// The order as a sort key: a name is a list of integers. Characters come first by value, then
/// numbers. Written without a look at the code under test, and without overflow.
fn key(name: &[u8], char_is_signed: bool) -> Vec<(bool, i128)> {
    let text: String = name.iter().map(|&byte| char::from(byte)).collect();
    let mut key = Vec::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if after.len() < rest.len() {
            key.push((true, rest[..rest.len() - after.len()].parse().unwrap()));
            rest = after;
        } else {
            let byte = first as i128;
            key.push((
                false,
                if char_is_signed && byte > 127 {
                    byte - 256
                } else {
                    byte
                },
            ));
            rest = &rest[first.len_utf8()..];
        }
    }
    key.push((false, 0));
    key
}

const PARTS: &[&[u8]] = &[
    b"lib",
    b"a",
    b"b",
    b".so",
    b"-",
    b".",
    b"+",
    b"_",
    b"\xc3\xa9",
    b"\x7f",
];

/// Names of few characters and numbers, so that many are similar; no NUL, no number that is
/// longer than an `int`.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![
        Just(String::new()),
        (0u32..1200).prop_map(|number| number.to_string()),
        (0u32..12).prop_map(|number| format!("{number:03}")),
    ];
    let part = (prop::sample::select(PARTS), number)
        .prop_map(|(text, number)| [text, number.as_bytes()].concat());
    (0u32..20, prop::collection::vec(part, 1..5)).prop_map(|(first, parts)| {
        let first = if first < 3 {
            first.to_string()
        } else {
            String::new()
        };
        [first.into_bytes(), parts.concat()].concat()
    })
}

fn any_cache() -> impl Strategy<Value = LoaderCache> {
    let entry = (
        name(),
        "/[a-z/]{1,20}",
        prop::sample::select(vec![3, 0x303, 0xa03]),
    )
        .prop_map(|(name, path, flags)| CacheEntry {
            flags,
            ..entry(&name, &path)
        });
    prop::collection::vec(entry, 0..40).prop_map(|entries| LoaderCache::new(entries, X86))
}

proptest! {
    #[test]
    fn names_are_ordered_as_the_oracle_says(a in name(), b in name()) {
        for architecture in [X86, Architecture::AARCH64] {
            let signed = architecture.char_is_signed;
            let expected = key(&a, signed).cmp(&key(&b, signed));
            let (a, b) = (OsStr::from_bytes(&a), OsStr::from_bytes(&b));
            prop_assert_eq!(loader_order(a, b, architecture), expected);
            prop_assert_eq!(sorting_order(a, b, architecture), expected);
        }
    }

    #[test]
    fn binary_search_finds_every_name(cache in any_cache()) {
        for entry in cache.entries() {
            // What a loader would answer that tries one entry after the other.
            let wanted = key(entry.name.as_bytes(), true);
            let answer = cache.entries().iter()
                .find(|other| other.flags == X86.cache_flags && key(other.name.as_bytes(), true) == wanted)
                .map(|other| other.path.as_path());
            prop_assert_eq!(cache.lookup(&entry.name, X86), answer);
        }
    }

    #[test]
    fn what_is_written_is_read_back(cache in any_cache()) {
        prop_assert_eq!(LoaderCache::parse(&cache.serialize().unwrap()).unwrap(), cache);
    }

    #[test]
    fn no_damage_makes_reading_panic(
        cache in any_cache(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        end in any::<prop::sample::Index>(),
        old in any::<bool>(),
    ) {
        let mut bytes = if old { behind_old_format(&cache, 3) } else { cache.serialize().unwrap() };
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(end.index(bytes.len()) + 1);
        let _ = LoaderCache::parse(&bytes);
    }
}

fn behind_old_format(cache: &LoaderCache, old_entries: u32) -> Vec<u8> {
    let mut bytes = b"ld.so-1.7.0\0".to_vec();
    bytes.extend(old_entries.to_le_bytes());
    bytes.resize(
        (bytes.len() + 12 * old_entries as usize).next_multiple_of(8),
        0,
    );
    bytes.extend(cache.serialize().unwrap());
    bytes
}

#[test]
fn numbers_count_by_value_and_follow_letters() {
    let names = cache(&[
        "libb.so.9",
        "libb.so.10",
        "libb.so",
        "liba.so",
        "lib9.so",
        "lib-x.so",
    ]);
    let order: Vec<_> = names
        .entries()
        .iter()
        .map(|entry| entry.name.to_str().unwrap())
        .collect();
    assert_eq!(
        order,
        [
            "lib9.so",
            "libb.so.10",
            "libb.so.9",
            "libb.so",
            "liba.so",
            "lib-x.so"
        ]
    );
}

#[test]
fn a_leading_zero_makes_no_difference_to_the_loader() {
    let cache = cache(&["liba.so.01"]);
    assert_eq!(
        cache.lookup(OsStr::new("liba.so.1"), X86),
        Some(Path::new("/lib/liba.so.01"))
    );
    assert_eq!(cache.lookup(OsStr::new("liba.so.2"), X86), None);
}

#[test]
fn names_with_dates_longer_than_an_int_are_sorted_without_panic() {
    let a = OsStr::new("lib0.so");
    let b = OsStr::new("lib1500000000.so");
    let c = OsStr::new("lib2794967296.so"); // as an int: -1500000000
    for (less, greater) in [(a, b), (b, c), (c, a)] {
        assert_eq!(loader_order(less, greater, X86), Ordering::Less);
    }
    let names: Vec<_> = (0..200u64)
        .map(|n| format!("lib{}.so", n * 100_000_007))
        .collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    assert_eq!(cache(&names).entries().len(), 200);
}

#[test]
fn the_loader_takes_the_entry_of_its_own_kind() {
    let i686 = CacheEntry {
        flags: Architecture::I686.cache_flags,
        ..entry(b"liba.so", "/lib32/liba.so")
    };
    let cache = LoaderCache::new(vec![i686, entry(b"liba.so", "/lib64/liba.so")], X86);
    let name = OsStr::new("liba.so");
    assert_eq!(cache.lookup(name, X86), Some(Path::new("/lib64/liba.so")));
    assert_eq!(
        cache.lookup(name, Architecture::I686),
        Some(Path::new("/lib32/liba.so"))
    );
    assert_eq!(cache.lookup(name, Architecture::AARCH64), None);
}

#[test]
fn the_first_of_two_entries_of_one_name_wins() {
    let cache = LoaderCache::new(vec![entry(b"liba.so", "/1"), entry(b"liba.so", "/2")], X86);
    assert_eq!(
        cache.lookup(OsStr::new("liba.so"), X86),
        Some(Path::new("/1"))
    );
}

#[test]
fn a_cache_behind_the_old_format_is_read() {
    let cache = cache(&["liba.so", "libb.so"]);
    for old_entries in 0..4 {
        assert_eq!(
            LoaderCache::parse(&behind_old_format(&cache, old_entries)),
            Ok(cache.clone())
        );
    }
}

#[test]
fn an_entry_for_a_hardware_capability_is_passed_over() {
    let mut bytes = cache(&["liba.so", "libb.so"]).serialize().unwrap();
    bytes[HEADER_SIZE + 16 + 7] = 0x40; // libb.so, bit 62: a glibc-hwcaps subdirectory
    let read = LoaderCache::parse(&bytes).unwrap();
    assert_eq!(read, cache(&["liba.so"]));
}

#[test]
fn each_kind_of_damage_is_named() {
    let good = cache(&["liba.so"]).serialize().unwrap();
    let changed = |at: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[at] = value;
        LoaderCache::parse(&bytes)
    };
    assert!(LoaderCache::parse(&good).is_ok());
    assert_eq!(LoaderCache::parse(b""), Err(CacheError::Magic));
    assert_eq!(changed(0, b'G'), Err(CacheError::Magic));
    assert_eq!(changed(20, 200), Err(CacheError::Truncated));
    assert_eq!(changed(28, 3), Err(CacheError::ByteOrder));
    assert_eq!(changed(HEADER_SIZE + 7, 0xff), Err(CacheError::String(0)));
    assert_eq!(changed(good.len() - 1, b'x'), Err(CacheError::String(0)));
    assert_eq!(LoaderCache::parse(&good[..30]), Err(CacheError::Truncated));
    assert_eq!(
        LoaderCache::parse(b"ld.so-1.7.0\0\0\0\0\0"),
        Err(CacheError::OldFormat)
    );
}

#[test]
fn a_string_with_a_nul_is_refused() {
    let error = LoaderCache::new(vec![entry(b"liba\0.so", "/lib/liba.so")], X86).serialize();
    assert!(error.unwrap_err().to_string().contains("liba\\u{0}.so"));
}
