use std::vec::Vec;

use super::*;

fn record(tag: Tag, text: &[u8]) -> Vec<u8> {
    let length = (text.len() as u32).to_le_bytes();
    [&(tag as u16).to_le_bytes(), &length[..], text].concat()
}

#[test]
fn a_header_is_read_as_it_was_written() {
    let header = Header {
        role: Role::Direct,
        records: 1,
        records_size: 2,
        table: 3,
        table_count: 4,
        program_entry: u64::MAX - 5,
    };
    assert_eq!(Header::parse(&header.to_bytes()), Some(header));
}

#[test]
fn a_header_that_nobody_has_filled_in_is_none() {
    assert_eq!(Header::parse(&EMPTY_HEADER), None);
    assert_eq!(Header::parse(&[0; HEADER_SIZE]), None);
    assert_eq!(Header::parse(b""), None);
}

#[test]
fn records_are_read_in_order_and_damaged_ones_end_them() {
    let bytes = [
        record(Tag::Up, b".."),
        record(Tag::First, b"-a"),
        record(Tag::First, b""),
        record(Tag::Loader, b"lib/ld.so"),
    ]
    .concat();
    let records = Records(&bytes);
    assert_eq!(records.first(Tag::Loader), Some(&b"lib/ld.so"[..]));
    assert_eq!(
        records.all(Tag::First).collect::<Vec<_>>(),
        [&b"-a"[..], b""]
    );
    assert_eq!(records.first(Tag::Last), None);
    for end in 0..bytes.len() {
        assert!(Records(&bytes[..end]).count() < 4);
    }
}
