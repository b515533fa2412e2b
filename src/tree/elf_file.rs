//! Telling programs and libraries from the other files of a tree, by their first bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Up to and with `e_type`, which is at the same place in ELF files of 32 and 64 bits.
const HEAD: usize = 18;

/// Whether a file is ELF, and neither an object file nor a core dump. A file that cannot be read is not.
#[must_use]
pub fn is_program_or_library(path: &Path) -> bool {
    let mut head = [0; HEAD];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    // The type has the file's byte order; either half of it is 2 or 3 for the two kinds.
    read.is_ok() && head.starts_with(b"\x7fELF") && matches!(head[16] | head[17], 2 | 3)
}

/// Whether a file is ELF, of whatever type. A file that cannot be read is not.
#[must_use]
pub fn is_elf(path: &Path) -> bool {
    let mut head = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == *b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(bytes: &[u8]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        is_program_or_library(&path)
    }

    /// The head of an ELF file of this type, in one byte order or the other.
    fn head(kind: [u8; 2]) -> Vec<u8> {
        let mut head = b"\x7fELF".to_vec();
        head.resize(16, 0);
        head.extend(kind);
        head
    }

    #[test]
    fn programs_and_libraries_of_either_byte_order_are_taken() {
        for kind in [[2, 0], [3, 0], [0, 2], [0, 3]] {
            assert!(is_taken(&head(kind)), "{kind:?}");
        }
    }

    #[test]
    fn other_files_are_not() {
        for kind in [[1, 0], [0, 1], [4, 0], [0, 4], [0, 0]] {
            assert!(!is_taken(&head(kind)), "{kind:?}");
        }
        assert!(!is_taken(b"#!/bin/sh\nexit 0 # longer than a head\n"));
        assert!(!is_taken(&head([2, 0])[..17]));
        assert!(!is_program_or_library(Path::new("/no such file")));
    }
}
