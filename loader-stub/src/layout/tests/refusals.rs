//! Files that are refused, and why.

use goblin::elf::program_header::{PT_DYNAMIC, PT_INTERP};

use super::*;

#[test]
fn refuses_what_is_no_loader_of_this_architecture() {
    let segments = &segments();
    assert_eq!(error(segments, |_| {}), None, "the control");
    assert_eq!(
        error(segments, |header| header.e_ident[0] = b'#'),
        Some(LayoutError::NotElf)
    );
    assert_eq!(
        error(segments, |header| header.e_ident[EI_CLASS] ^= 3),
        Some(LayoutError::Architecture)
    );
    assert_eq!(
        error(segments, |header| header.e_ident[EI_DATA] = 2),
        Some(LayoutError::Architecture)
    );
    assert_eq!(
        error(segments, |header| header.e_machine = 0),
        Some(LayoutError::Architecture)
    );
    assert_eq!(
        error(segments, |header| header.e_type = 2),
        Some(LayoutError::Type)
    );
    let at_0 = [&segments[..], &[dynamic()]].concat();
    assert_eq!(
        error(&at_0, |header| header.e_type = 2),
        Some(LayoutError::Type),
        "fixed at 0"
    );
    for length in [0, 4, size_of::<Header>() - 1] {
        let head = head_with(segments, |_| {});
        assert_eq!(
            Layout::parse(&head.0[..length], PAGE).err(),
            Some(LayoutError::NotElf),
            "{length}"
        );
    }
}

#[test]
fn refuses_program_headers_that_are_not_at_hand() {
    let segments = &segments();
    let expected = Some(LayoutError::ProgramHeaders);
    assert_eq!(
        error(segments, |header| header.e_phoff = HEAD_SIZE as _),
        expected
    );
    assert_eq!(error(segments, |header| header.e_phoff = !0), expected);
    assert_eq!(
        error(segments, |header| header.e_phoff += 1),
        expected,
        "misaligned"
    );
    assert_eq!(
        error(segments, |header| header.e_phnum = u16::MAX),
        expected
    );
    assert_eq!(error(segments, |header| header.e_phentsize += 8), expected);
}

#[test]
fn refuses_segments_that_make_no_sense() {
    let max = usize::MAX;
    let refused = |headers: &[ProgramHeader]| {
        assert_eq!(
            error(headers, |_| {}),
            Some(LayoutError::Segments),
            "{headers:?}"
        )
    };
    refused(&[]);
    refused(&[ProgramHeader {
        p_type: PT_DYNAMIC,
        ..load(0, 0, 0x2000, 0x2000, PF_R)
    }]);
    refused(&[load(0, 0, 0x2000, 0x1000, PF_R)]);
    refused(&[load(0, 1, 0x2000, 0x2000, PF_R)]);
    refused(&[load(max - 0xfff, 0, 0x1000, 0x1000, PF_R)]);
    refused(&[load(0, 0, 0, max, PF_R)]);
    refused(&[load(0, max - 0xfff, 0x2000, 0x2000, PF_R)]);
    refused(&[
        load(0, 0, 0x2000, 0x2000, PF_R),
        load(0x1800, 0x1800, 8, 8, PF_R),
    ]);
    refused(&[
        load(0x3000, 0, 0x1000, 0x1000, PF_R),
        load(0, 0, 0x2000, 0x2000, PF_R),
    ]);
}

#[test]
fn refuses_what_nothing_begins_in() {
    let refused = |segments: &[ProgramHeader], entry: usize| {
        assert_eq!(
            error(segments, |header| header.e_entry = entry as _),
            Some(LayoutError::Type),
            "{entry:#x}"
        );
    };
    assert_eq!(
        error(&segments(), |header| header.e_entry = 0x1000),
        None,
        "the control"
    );
    for entry in [0, 0x800, 0x2500, 0x3000, 0x4a00, 0x6200, usize::MAX] {
        refused(&segments(), entry);
    }
    let mut program = segments();
    program.push(ProgramHeader {
        p_type: PT_INTERP,
        ..load(0x300, 0x300, 0x1c, 0x1c, PF_R)
    });
    refused(&program, 0x1200);
}

#[test]
fn refuses_a_stub() {
    let mut head = head_with(&segments(), |_| {});
    head.0[crate::baked::OFFSET..][..MAGIC.len()].copy_from_slice(&MAGIC);
    assert_eq!(Layout::parse(&head.0, PAGE).err(), Some(LayoutError::Stub));
}

#[test]
fn refuses_an_entry_point_that_is_no_code() {
    let at = |entry| error(&segments(), |header| header.e_entry = entry);
    assert_eq!((at(0x1000), at(0x24ff)), (None, None), "the control");
    for entry in [0, 0x2500, 0x3000, 0x4900, 0x6000, 0x7000, !0] {
        assert_eq!(at(entry), Some(LayoutError::Type), "{entry:#x}");
    }
}

#[test]
fn refuses_what_asks_for_a_loader_itself() {
    let mut headers = segments();
    headers[4].p_type = PT_INTERP;
    assert_eq!(error(&headers, |_| {}), Some(LayoutError::Type));
}

#[test]
fn has_words_for_every_error() {
    let texts = [LayoutError::NotElf, LayoutError::Segments].map(LayoutError::as_bytes);
    assert_eq!(
        texts,
        [
            &b"not an ELF file"[..],
            b"damaged: its segments make no sense"
        ]
    );
}
