use std::vec::Vec;

use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_LOAD};

use super::*;

mod refusals;

const PAGE: usize = 4096;

/// The head of a loader's file, aligned.
#[repr(C, align(8))]
struct Head([u8; HEAD_SIZE]);

fn load(
    address: usize,
    offset: usize,
    file_size: usize,
    memory_size: usize,
    flags: u32,
) -> ProgramHeader {
    ProgramHeader {
        p_type: PT_LOAD,
        p_flags: flags,
        p_offset: offset as _,
        p_vaddr: address as _,
        p_filesz: file_size as _,
        p_memsz: memory_size as _,
        p_align: PAGE as _,
        ..ProgramHeader::default()
    }
}

/// Four segments as glibc's loader has them.
fn segments() -> Vec<ProgramHeader> {
    let mut tables = load(0x3800, 0x3800, 0x100, 0x100, PF_R);
    tables.p_type = PT_GNU_EH_FRAME;
    Vec::from([
        load(0, 0, 0x800, 0x800, PF_R),
        load(0x1000, 0x1000, 0x1500, 0x1500, PF_R | PF_X),
        load(0x3000, 0x3000, 0xa00, 0xa00, PF_R),
        load(0x4900, 0x3900, 0x200, 0x1900, PF_R | PF_W),
        tables,
    ])
}

fn dynamic() -> ProgramHeader {
    ProgramHeader {
        p_type: PT_DYNAMIC,
        ..load(0x4900, 0x3900, 0x100, 0x100, PF_R)
    }
}

fn head_with(headers: &[ProgramHeader], change: impl FnOnce(&mut Header)) -> Head {
    let mut head = Head([0; HEAD_SIZE]);
    let header: &mut Header = plain::from_mut_bytes(&mut head.0).unwrap();
    header.e_ident[..4].copy_from_slice(ELFMAG);
    header.e_ident[EI_CLASS] = CLASS;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
    header.e_machine = MACHINE;
    header.e_entry = 0x1200;
    header.e_phoff = size_of::<Header>() as _;
    header.e_phentsize = size_of::<ProgramHeader>() as _;
    header.e_phnum = headers.len() as _;
    change(header);
    let table = &mut head.0[size_of::<Header>()..];
    let count = headers.len().min(table.len() / size_of::<ProgramHeader>());
    let places: &mut [ProgramHeader] = plain::slice_from_mut_bytes(table).unwrap();
    places[..count].copy_from_slice(&headers[..count]);
    head
}

fn error(headers: &[ProgramHeader], change: impl FnOnce(&mut Header)) -> Option<LayoutError> {
    Layout::parse(&head_with(headers, change).0, PAGE).err()
}

#[test]
fn lays_out_a_loader() {
    let head = head_with(&segments(), |_| {});
    let layout = Layout::parse(&head.0, PAGE).unwrap();
    assert_eq!(
        (layout.span(), layout.file_size, layout.entry),
        (0x7000, 0x3b00, 0x1200)
    );
    assert_eq!(layout.program_headers, Some(size_of::<Header>()));
    let data = layout.segments().last().unwrap();
    let expected = Segment {
        start: 0x4000,
        offset: 0x3000,
        file_end: 0x4b00,
        memory_end: 0x6200,
        protection: PROT_READ | PROT_WRITE,
    };
    assert_eq!(data, expected);
}

#[test]
fn lays_out_a_loader_for_fixed_addresses() {
    let mut headers = [&segments()[..], &[dynamic()]].concat();
    for header in &mut headers {
        header.p_vaddr += 0x700_0000;
    }
    let fixed = |headers: &[ProgramHeader]| {
        let head = head_with(headers, |header| {
            header.e_type = ET_EXEC;
            header.e_entry += 0x700_0000;
        });
        Layout::parse(&head.0, PAGE).map(|it| (it.is_fixed, it.first.start))
    };
    assert_eq!(fixed(&headers), Ok((true, 0x700_0000)));
    // Without a dynamic section it is a program.
    headers.pop();
    assert_eq!(fixed(&headers), Err(LayoutError::Type));
}

#[test]
fn knows_what_one_mapping_of_the_file_shows() {
    let head = head_with(&segments(), |_| {});
    let layout = Layout::parse(&head.0, PAGE).unwrap();
    let shown: Vec<_> = layout
        .segments()
        .map(|segment| layout.is_shown_by_first(&segment))
        .collect();
    assert_eq!(shown, [true, false, true, false]);
}

#[test]
fn looks_for_constants_before_the_unwind_tables_and_in_code_last() {
    let head = head_with(&segments(), |_| {});
    let layout = Layout::parse(&head.0, PAGE).unwrap();
    let constants: Vec<_> = layout.constants().collect();
    assert_eq!(constants, [0x3000..0x3800, 0..0x800, 0x1000..0x2500]);
}

#[test]
fn aligns_to_the_systems_pages() {
    let headers = [
        load(0x10000, 0, 0x800, 0x800, PF_R | PF_X),
        load(0x2f000, 0xf000, 0x100, 0x100, PF_R | PF_W),
    ];
    let head = head_with(&headers, |header| header.e_entry = 0x10100);
    let layout = Layout::parse(&head.0, 0x10000).unwrap();
    assert_eq!((layout.first.start, layout.end), (0x10000, 0x30000));
    assert_eq!(
        layout
            .segments()
            .last()
            .map(|segment| (segment.start, segment.offset)),
        Some((0x20000, 0))
    );
}

#[test]
fn passes_over_segments_with_nothing_in_them() {
    let mut with_empty = segments();
    with_empty.insert(1, load(0x10, 0, 0, 0, PF_R));
    assert_eq!(error(&with_empty, |_| {}), None);
}

#[test]
fn is_aligned_as_the_strictest_segment_and_the_pages_ask_for() {
    const KIB: usize = 1024;
    let alignment = |asked: usize, page_size: usize| {
        let mut headers = segments();
        for header in &mut headers {
            // As far apart as pages of 64 KiB have to be.
            header.p_vaddr *= 16;
            header.p_offset *= 16;
        }
        headers[1].p_align = asked as _;
        let head = head_with(&headers, |header| header.e_entry = 0x10200);
        Layout::parse(&head.0, page_size).map(|layout| layout.alignment)
    };
    for (asked, page_size, expected) in [
        (4 * KIB, 4 * KIB, 4 * KIB),
        (64 * KIB, 4 * KIB, 64 * KIB),
        (64 * KIB, 16 * KIB, 64 * KIB),
        (4 * KIB, 16 * KIB, 16 * KIB),
        (64 * KIB, 64 * KIB, 64 * KIB),
    ] {
        assert_eq!(
            alignment(asked, page_size),
            Ok(expected),
            "{asked} {page_size}"
        );
    }
}
