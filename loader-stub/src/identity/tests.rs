use std::string::ToString;
use std::vec;
use std::vec::Vec;

use super::*;

const LOAD: Part = part(PT_LOAD, 0x1000, 0x1000);

const fn part(kind: u32, address: u64, size: u64) -> Part {
    Part {
        kind,
        flags: PF_R,
        address,
        size,
        alignment: 4,
    }
}

fn note(owner: &[u8], kind: u32, description: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [owner.len() as u32, description.len() as u32, kind] {
        bytes.extend(number.to_le_bytes());
    }
    for text in [owner, description] {
        bytes.extend(text);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

/// The identity of a program whose only segment, [`LOAD`], begins with `notes`, and has `dynamic` in its middle.
fn identity(table: &[u8], notes: &[u8], dynamic: &[u8]) -> Identity {
    let mut memory = vec![0; 0x1000];
    memory[..notes.len()].copy_from_slice(notes);
    memory[0x800..][..dynamic.len()].copy_from_slice(dynamic);
    let parts = [
        LOAD,
        part(PT_NOTE, 0x1000, notes.len() as u64),
        part(PT_DYNAMIC, 0x1800, dynamic.len() as u64),
    ];
    Identity::of(table, 8, parts.into_iter(), |range| {
        let [start, end] = [range.start, range.end].map(|it| usize::try_from(it).unwrap());
        memory.get(start - 0x1000..end - 0x1000)
    })
}

#[test]
fn is_what_the_build_id_begins_with() {
    let id = *b"\x01\x23\x45\x67\x89\xab\xcd\xef---and more";
    let notes = [
        note(b"GNU\0", 1, b"another kind, as long as that"),
        note(b"FDO\0", BUILD_ID, b"another owner's"),
        note(b"GNU\0", BUILD_ID, &id),
    ];
    let found = identity(b"", &notes.concat(), b"");
    assert_eq!(found.to_string(), "0123456789abcdef");
    assert_eq!(found.digits(), *b"0123456789abcdef");
    assert_eq!(Identity::parse(b"0123456789abcdef"), Some(found));
    assert_eq!(identity(b"tables", &notes.concat(), b"dynamic."), found);
}

#[test]
fn is_a_hash_where_there_is_no_build_id() {
    let hash = identity(b"table of headers", b"", b"dynamic.");
    assert_eq!(hash, identity(b"table of headers", b"", b"dynamic."));
    assert_ne!(hash, identity(b"table of Headers", b"", b"dynamic."));
    assert_ne!(hash, identity(b"table of headers", b"", b"Dynamic."));
    for notes in [
        note(b"GNU\0", BUILD_ID, b"short"),
        note(b"GNU\0", BUILD_ID, b"cut off!")[..17].to_vec(),
        vec![0xff; 40],
    ] {
        assert_eq!(hash, identity(b"table of headers", &notes, b"dynamic."));
    }
}

#[test]
fn every_word_changes_the_hash() {
    let bytes: Vec<u8> = (0..200).collect();
    let hash = identity(&bytes, b"", b"");
    for number in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[number] ^= 1 << bit;
            assert_ne!(identity(&changed, b"", b""), hash, "{number} {bit}");
        }
    }
}

#[test]
fn looks_at_nothing_outside_of_what_was_loaded() {
    for (address, size) in [
        (0xfff, 8),
        (0x1ff9, 8),
        (0x3000, 8),
        (u64::MAX, 2),
        (0x1000, u64::MAX),
    ] {
        for kind in [PT_NOTE, PT_DYNAMIC] {
            let parts = [LOAD, part(kind, address, size)];
            Identity::of(b"", 8, parts.into_iter(), |range| -> Option<&[u8]> {
                panic!("was asked for {range:x?}")
            });
        }
    }
}

#[test]
fn reads_no_other_texts() {
    for text in [
        &b""[..],
        b"0123456789abcde",
        b"0123456789abcdef0",
        b"0123456789ABCDEF",
        b"../../etc/passwd",
    ] {
        assert_eq!(Identity::parse(text), None, "{text:?}");
    }
}

#[test]
fn looks_at_nothing_that_cannot_be_read_or_is_there_twice() {
    let unreadable = Part { flags: 0, ..LOAD };
    let overlapping = part(PT_LOAD, 0x1ff0, 0x1000);
    for loads in [[unreadable, unreadable], [LOAD, overlapping]] {
        for kind in [PT_NOTE, PT_DYNAMIC] {
            let parts = [loads[0], loads[1], part(kind, 0x1fe8, 16)];
            Identity::of(b"", 8, parts.into_iter(), |range| -> Option<&[u8]> {
                panic!("was asked for {range:x?}")
            });
        }
    }
    let large = [part(PT_LOAD, 0, 1 << 40), part(PT_NOTE, 0, 1 << 30)];
    Identity::of(b"", 8, large.into_iter(), |range| -> Option<&[u8]> {
        panic!("was asked for {range:x?}")
    });
}

#[test]
fn the_names_of_libraries_count_and_not_only_where_they_are() {
    let strings = 0x1000 + 0x800 + 48;
    for word in [4, 8] {
        let dynamic = |name: &[u8]| {
            let entries = [(DT_NEEDED, 1), (DT_STRTAB, strings), (DT_NULL, 0)];
            let mut bytes = Vec::new();
            for number in entries.iter().flat_map(|&(tag, value)| [tag, value]) {
                bytes.extend(&number.to_le_bytes()[..word]);
            }
            bytes.resize(48, 0);
            [&bytes, &b"\0"[..], name, b"\0rest"].concat()
        };
        let of = |name: &[u8]| {
            let mut memory = vec![0; 0x1000];
            let dynamic = dynamic(name);
            memory[0x800..][..dynamic.len()].copy_from_slice(&dynamic);
            let parts = [LOAD, part(PT_DYNAMIC, 0x1800, 48)];
            Identity::of(b"", word, parts.into_iter(), |range| {
                let [start, end] = [range.start, range.end].map(|it| usize::try_from(it).unwrap());
                memory.get(start - 0x1000..end - 0x1000)
            })
        };
        assert_eq!(of(b"libaa.so"), of(b"libaa.so"), "{word}");
        assert_ne!(of(b"libaa.so"), of(b"libbb.so"), "{word}");
    }
}
