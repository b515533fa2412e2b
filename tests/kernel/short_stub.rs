//! A stub as it must not be.

use std::fs;
use std::mem::offset_of;
use std::path::Path;

use goblin::elf64::header::Header;
use goblin::elf64::program_header::{PT_LOAD, ProgramHeader};

/// The bytes of a release stub, but its segment ends one byte earlier, and so within a page. Nothing is missing
/// from it: whole pages are mapped, and that byte is still there. Only the kernel takes it for the beginning of
/// memory that it has to clear.
pub fn one_byte_shorter(stub: &Path) -> Vec<u8> {
    let mut bytes = fs::read(stub).expect("it was built");
    let word = |bytes: &[u8], at: usize| {
        u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
    };
    let table = word(&bytes, offset_of!(Header, e_phoff)) as usize;
    // `stub.ld` has this segment first.
    assert_eq!(bytes[table..table + 4], PT_LOAD.to_le_bytes());
    let end = word(&bytes, table + offset_of!(ProgramHeader, p_vaddr))
        + word(&bytes, table + offset_of!(ProgramHeader, p_filesz));
    // If this one ends within a page as well, it is not mended by the removal of a byte.
    assert_ne!(end % 4096, 1, "{end:#x}");
    for size in [
        offset_of!(ProgramHeader, p_filesz),
        offset_of!(ProgramHeader, p_memsz),
    ] {
        let at = table + size;
        let shorter = word(&bytes, at) - 1;
        bytes[at..at + 8].copy_from_slice(&shorter.to_le_bytes());
    }
    bytes
}
