//! Programs whose program headers were moved to the end of the file, as tools leave them that put something into a program
//! after it was linked, such as postject: wherever the file ends, aligned or not.

use std::fs;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use goblin::elf::header::{EI_CLASS, ELFCLASS64};
use goblin::elf::program_header::{PF_R, PT_LOAD, PT_PHDR};

const PAGE: u64 = 0x1000;

/// Writes a copy of a program whose program headers are at `remainder` modulo 8, in a segment of their own at the end.
pub fn write_with_moved_headers(program: &Path, to: &Path, remainder: u64) {
    let mut bytes = fs::read(program).expect("the program can be read");
    let fields = Fields::of(&bytes);
    let table = number(&bytes, fields.table.clone());
    let count = number(&bytes, fields.count.clone());
    let at = |bytes: &[u8], header: usize, field: &Range<usize>| {
        number(bytes, header + field.start..header + field.end)
    };
    let mut headers: Vec<Vec<u8>> = Vec::new();
    let (mut last, mut end, mut distance) = (0, bytes.len() as u64, None);
    for index in 0..count {
        let header = (table + index * fields.size) as usize;
        let get = |field| at(&bytes, header, field);
        if get(&fields.kind) == u64::from(PT_LOAD) {
            last = headers.len();
            let first = get(&fields.address).wrapping_sub(get(&fields.offset));
            let distance = *distance.get_or_insert(first);
            end = end.max((get(&fields.address) + get(&fields.memory_size)).wrapping_sub(distance));
        }
        headers.push(bytes[header..header + fields.size as usize].to_vec());
    }
    // Old kernels, and QEMU, take it for granted that the headers are as far from the first segment in memory as in the file.
    let distance = distance.expect("a segment");
    let start = end.next_multiple_of(PAGE);
    let place = start + 8 + remainder;
    let size = fields.size * (count + 1);
    let set = |header: &mut Vec<u8>, field: &Range<usize>, value: u64| {
        let length = field.len();
        header[field.clone()].copy_from_slice(&value.to_le_bytes()[..length]);
    };
    let mut added = vec![0; fields.size as usize];
    for (field, value) in [
        (&fields.kind, u64::from(PT_LOAD)),
        (&fields.flags, u64::from(PF_R)),
        (&fields.offset, start),
        (&fields.address, start.wrapping_add(distance)),
        (&fields.physical_address, start.wrapping_add(distance)),
        (&fields.file_size, place + size - start),
        (&fields.memory_size, place + size - start),
        (&fields.alignment, PAGE),
    ] {
        set(&mut added, field, value);
    }
    headers.insert(last + 1, added);
    for header in &mut headers {
        if at(header, 0, &fields.kind) == u64::from(PT_PHDR) {
            for (field, value) in [
                (&fields.offset, place),
                (&fields.address, place.wrapping_add(distance)),
                (&fields.physical_address, place.wrapping_add(distance)),
                (&fields.file_size, size),
                (&fields.memory_size, size),
            ] {
                set(header, field, value);
            }
        }
    }
    // Nobody is to find the old ones.
    bytes[table as usize..(table + count * fields.size) as usize].fill(0xff);
    bytes.resize(place as usize, 0);
    bytes.extend(headers.concat());
    set(&mut bytes, &fields.table, place);
    set(&mut bytes, &fields.count, count + 1);
    fs::write(to, bytes).expect("the copy can be written");
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// Where the fields are of the ELF header and of a program header: System V ABI.
struct Fields {
    table: Range<usize>,
    count: Range<usize>,
    size: u64,
    kind: Range<usize>,
    flags: Range<usize>,
    offset: Range<usize>,
    address: Range<usize>,
    physical_address: Range<usize>,
    file_size: Range<usize>,
    memory_size: Range<usize>,
    alignment: Range<usize>,
}

impl Fields {
    fn of(bytes: &[u8]) -> Self {
        if bytes[EI_CLASS] == ELFCLASS64 {
            Self {
                table: 32..40,
                count: 56..58,
                size: 56,
                kind: 0..4,
                flags: 4..8,
                offset: 8..16,
                address: 16..24,
                physical_address: 24..32,
                file_size: 32..40,
                memory_size: 40..48,
                alignment: 48..56,
            }
        } else {
            Self {
                table: 28..32,
                count: 44..46,
                size: 32,
                kind: 0..4,
                offset: 4..8,
                address: 8..12,
                physical_address: 12..16,
                file_size: 16..20,
                memory_size: 20..24,
                flags: 24..28,
                alignment: 28..32,
            }
        }
    }
}

fn number(bytes: &[u8], place: Range<usize>) -> u64 {
    let bytes = bytes[place].iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
}
