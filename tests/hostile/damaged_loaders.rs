//! Loaders that were damaged: cut off, or with headers or segments that make no sense.

use goblin::elf::header::ET_EXEC;
use goblin::elf::program_header::{PF_R, PF_X, PT_INTERP, PT_LOAD, PT_NULL};
use goblin::elf64::header::{Header, SIZEOF_EHDR};
use goblin::elf64::program_header::ProgramHeader;

use crate::candidates::Fate::{self, Refused, Works};
use crate::candidates::{ground, try_bytes};
use crate::ground::loader_bytes;

/// The real loader with its headers changed.
fn patched(change: impl FnOnce(&mut Header, &mut [ProgramHeader])) -> Vec<u8> {
    let mut bytes = loader_bytes().to_vec();
    let (start, rest) = bytes.split_at_mut(SIZEOF_EHDR);
    let mut header = Header::default();
    plain::copy_from_bytes(&mut header, start).expect("a header");
    assert_eq!(header.e_phoff, SIZEOF_EHDR as u64);
    let mut headers = vec![ProgramHeader::default(); header.e_phnum.into()];
    let size = size_of_val(&headers[..]);
    plain::copy_from_bytes(&mut headers[..], &rest[..size]).expect("program headers");
    change(&mut header, &mut headers);
    // SAFETY: `plain` vouches for these types: they are numbers without padding.
    #[allow(unsafe_code)]
    let (header, headers) = unsafe { (plain::as_bytes(&header), plain::as_bytes(&headers[..])) };
    start.copy_from_slice(header);
    rest[..size].copy_from_slice(headers);
    bytes
}

/// The number of the program header of the PT_LOAD with this number.
fn load(headers: &[ProgramHeader], number: usize) -> usize {
    let is_load = |&at: &usize| headers[at].p_type == PT_LOAD;
    (0..headers.len())
        .filter(is_load)
        .nth(number)
        .expect("so many segments")
}

fn last_load(headers: &[ProgramHeader]) -> usize {
    headers
        .iter()
        .rposition(|header| header.p_type == PT_LOAD)
        .expect("a segment")
}

const HEADERS: &str = "damaged: its program headers are not where a loader has them";
const SEGMENTS: &str = "damaged: its segments make no sense";

#[test]
fn loaders_that_are_cut_off() {
    let ground = ground();
    let whole = loader_bytes();
    let mut segments = Vec::new();
    patched(|_, headers| {
        let loads = headers.iter().filter(|header| header.p_type == PT_LOAD);
        segments.extend(loads.map(|header| (header.p_offset as usize, header.p_filesz as usize)));
    });
    let end = segments
        .iter()
        .map(|(offset, size)| offset + size)
        .max()
        .expect("segments");
    let mut lengths = vec![
        0,
        1,
        3,
        4,
        15,
        16,
        63,
        64,
        65,
        119,
        120,
        500,
        735,
        1023,
        1024,
        4095,
        4096,
        end - 1,
    ];
    for &(offset, size) in &segments {
        lengths.extend([
            offset.saturating_sub(1),
            offset,
            offset + 1,
            offset + size / 2,
            offset + size - 1,
        ]);
    }
    lengths.retain(|&length| length < end);
    for length in lengths {
        let mut table = 0;
        patched(|header, headers| table = header.e_phoff as usize + size_of_val(headers));
        let fate = match length {
            0..64 => Refused("not an ELF file"),
            length if length < table => Refused(HEADERS),
            _ => Refused(SEGMENTS),
        };
        try_bytes(&ground, &whole[..length], &fate, &format!("{length} bytes"));
    }
    try_bytes(
        &ground,
        &whole[..end],
        &Works,
        "the control: no section headers",
    );
}

/// A change to the loader's headers.
type Change = fn(&mut Header, &mut [ProgramHeader]);

#[rustfmt::skip]
const HEADER_CHANGES: &[(&str, Fate, Change)] = &[
    ("the control", Works, |_, _| {}),
    ("ET_EXEC", Refused("not a loader"), |header, _| header.e_type = ET_EXEC),
    ("32-bit", Refused("made for another architecture"), |header, _| header.e_ident[4] = 1),
    ("no class", Refused("made for another architecture"), |header, _| header.e_ident[4] = 9),
    ("big-endian", Refused("made for another architecture"), |header, _| header.e_ident[5] = 2),
    ("another machine", Refused("made for another architecture"), |header, _| header.e_machine = 183),
    ("no magic", Refused("not an ELF file"), |header, _| header.e_ident[3] = b'f'),
    ("e_phentsize too large", Refused(HEADERS), |header, _| header.e_phentsize += 8),
    ("e_phentsize 0", Refused(HEADERS), |header, _| header.e_phentsize = 0),
    ("e_phentsize of 32 bits", Refused(HEADERS), |header, _| header.e_phentsize = 32),
    ("program headers beyond the first page", Refused(HEADERS), |header, _| header.e_phoff = 8192),
    ("program headers beyond the file", Refused(HEADERS), |header, _| header.e_phoff = 1 << 40),
    ("program headers that wrap around", Refused(HEADERS), |header, _| header.e_phoff = u64::MAX - 7),
    ("program headers in the middle of a word", Refused(HEADERS), |header, _| header.e_phoff += 1),
    ("65,535 program headers", Refused(HEADERS), |header, _| header.e_phnum = u16::MAX),
    ("no program headers", Refused(SEGMENTS), |header, _| header.e_phnum = 0),
    ("entry 0", Refused("not a loader"), |header, _| header.e_entry = 0),
    ("entry behind everything", Refused("not a loader"), |header, _| header.e_entry = 1 << 40),
    ("entry at the end of the address space", Refused("not a loader"), |header, _| header.e_entry = u64::MAX),
];

/// Every loader with changed headers, and what was changed.
pub fn changed_loaders() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let all = HEADER_CHANGES.iter().chain(SEGMENT_CHANGES);
    all.map(|(what, _, change)| (*what, patched(*change)))
}

#[test]
fn headers_that_make_no_sense() {
    let ground = ground();
    for (what, fate, change) in HEADER_CHANGES {
        try_bytes(&ground, &patched(*change), fate, what);
    }
}

#[rustfmt::skip]
const SEGMENT_CHANGES: &[(&str, Fate, Change)] = &[
    ("no PT_LOAD", Refused(SEGMENTS), |_, headers| headers.iter_mut().for_each(|header| header.p_type = PT_NULL)),
    ("a program interpreter", Refused("not a loader"), |_, headers| headers[last_load(headers) + 1].p_type = PT_INTERP),
    ("overlapping", Refused(SEGMENTS), |_, headers| { let at = load(headers, 1); headers[at].p_vaddr = headers[load(headers, 0)].p_vaddr; }),
    ("all at one address", Refused(SEGMENTS), |_, headers| headers.iter_mut().for_each(|header| header.p_vaddr = 0)),
    ("unsorted", Refused(SEGMENTS), |_, headers| { let (a, b) = (load(headers, 1), load(headers, 2)); headers.swap(a, b); }),
    ("p_filesz > p_memsz", Refused(SEGMENTS), |_, headers| { let at = last_load(headers); headers[at].p_memsz = headers[at].p_filesz - 1; }),
    ("p_filesz beyond the file", Refused(SEGMENTS), |_, headers| { let at = last_load(headers); headers[at].p_filesz = 1 << 30; headers[at].p_memsz = 1 << 30; }),
    ("an offset that wraps around", Refused(SEGMENTS), |_, headers| { let at = last_load(headers); headers[at].p_offset |= !0xfff; headers[at].p_filesz = 0x2000; headers[at].p_memsz = 0x3000; }),
    ("an address that wraps around", Refused(SEGMENTS), |_, headers| { let at = last_load(headers); headers[at].p_vaddr |= !0xfff; }),
    ("p_memsz that wraps around", Refused(SEGMENTS), |_, headers| { let at = last_load(headers); headers[at].p_memsz = u64::MAX; }),
    ("p_memsz larger than the address space", Refused("Cannot allocate memory"), |_, headers| { let at = last_load(headers); headers[at].p_memsz = 1 << 60; }),
    ("p_memsz of the user's half", Refused("Cannot allocate memory"), |_, headers| { let at = last_load(headers); headers[at].p_memsz = (1 << 47) - 0x1000; }),
    ("an address at the end of the user's half", Refused("Cannot allocate memory"), |_, headers| { let at = last_load(headers); headers[at].p_vaddr += 1 << 47; }),
    ("an address and an offset that differ within a page", Refused(SEGMENTS), |_, headers| { let at = last_load(headers); headers[at].p_offset += 8; }),
    ("an entry in data", Refused("not a loader"), |header, headers| header.e_entry = headers[last_load(headers)].p_vaddr),
    ("code that may not be executed", Refused("not a loader"), |_, headers| headers.iter_mut().for_each(|header| header.p_flags &= !PF_X)),
    ("an entry behind its segment's end", Refused("not a loader"), |header, headers| { let code = &headers[load(headers, 1)]; header.e_entry = code.p_vaddr + code.p_filesz; }),
    ("p_align 0", Works, |_, headers| headers.iter_mut().for_each(|header| header.p_align = 0)),
    ("p_align 3", Works, |_, headers| headers.iter_mut().for_each(|header| header.p_align = 3)),
    ("p_align 2 MiB", Works, |_, headers| { let at = load(headers, 0); headers[at].p_align = 2 << 20; }),
    ("p_align 64 TiB", Works, |_, headers| { let at = load(headers, 0); headers[at].p_align = 1 << 45; }),
    ("p_align the largest", Refused("Cannot allocate memory"), |_, headers| { let at = load(headers, 0); headers[at].p_align = 1 << 63; }),
    ("an empty segment behind the last", Works, |_, headers| {
        let at = last_load(headers);
        let end = headers[at].p_vaddr + headers[at].p_memsz;
        headers[at + 1] = ProgramHeader { p_type: PT_LOAD, p_flags: PF_R, p_vaddr: (end | 0xfff) + 1, ..ProgramHeader::default() };
    }),
];

#[test]
fn segments_that_make_no_sense() {
    let ground = ground();
    for (what, fate, change) in SEGMENT_CHANGES {
        try_bytes(&ground, &patched(*change), fate, what);
    }
}
