//! What the first bytes of an ELF file tell: for which machine it is, and of which type.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use goblin::elf::header::{
    EI_CLASS, EI_DATA, ELFCLASS32, ELFCLASS64, ELFDATA2LSB, ELFDATA2MSB, ELFMAG, ET_DYN,
    SIZEOF_IDENT, et_to_str, header32, header64, machine_to_str,
};

/// The size of pointers in a file: `e_ident[EI_CLASS]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `ELFCLASS32`
    Bits32,
    /// `ELFCLASS64`
    Bits64,
}

impl Class {
    /// The size of an address, in bytes.
    #[must_use]
    pub fn word(self) -> usize {
        match self {
            Self::Bits32 => 4,
            Self::Bits64 => 8,
        }
    }
}

/// What an ELF header says of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The size of pointers.
    pub class: Class,
    /// The byte order, `e_ident[EI_DATA]`.
    pub is_little_endian: bool,
    /// The machine, `e_machine`.
    pub machine: u16,
    /// The type, `e_type`.
    pub elf_type: u16,
}

impl Identity {
    /// Whether the file is of the type that libraries, loaders and position-independent programs
    /// have, `ET_DYN`.
    #[must_use]
    pub fn is_shared_object(&self) -> bool {
        self.elf_type == ET_DYN
    }

    /// The name of the type, for instance `EXEC`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        et_to_str(self.elf_type)
    }
}

/// Writes class, byte order if it is unusual, and machine: `64-bit AARCH64`.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = match self.class {
            Class::Bits32 => 32,
            Class::Bits64 => 64,
        };
        let order = if self.is_little_endian {
            ""
        } else {
            "big-endian "
        };
        match machine_to_str(self.machine) {
            "MACHINE_UNKNOWN" => write!(f, "{bits}-bit {order}machine {}", self.machine),
            name => write!(f, "{bits}-bit {order}{name}"),
        }
    }
}

/// Why a file has no [`Identity`].
#[derive(Debug)]
pub enum IdentifyError {
    /// It cannot be opened or read.
    Io(io::Error),
    /// It is a directory, a pipe, a socket or a device.
    NotAFile,
    /// It does not start with an ELF header.
    NotElf,
    /// It starts like an ELF file, but the header is cut off or has an unknown class or byte order.
    Damaged,
}

impl fmt::Display for IdentifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::NotAFile => f.write_str("not a file"),
            Self::NotElf => f.write_str("not an ELF file"),
            Self::Damaged => f.write_str("damaged ELF header"),
        }
    }
}

impl std::error::Error for IdentifyError {}

/// Reads the ELF header of the file at `path`, and no more of it. Follows links.
///
/// # Errors
/// See [`IdentifyError`].
pub fn identify(path: &Path) -> Result<Identity, IdentifyError> {
    // Opening a pipe would wait for its writer.
    if !path.metadata().map_err(IdentifyError::Io)?.is_file() {
        return Err(IdentifyError::NotAFile);
    }
    let mut header = Vec::with_capacity(header64::SIZEOF_EHDR);
    File::open(path)
        .and_then(|file| {
            file.take(header64::SIZEOF_EHDR as u64)
                .read_to_end(&mut header)
        })
        .map_err(IdentifyError::Io)?;
    identify_header(&header)
}

/// Like [`identify`], for the first bytes of a file: 64 are enough for every class.
///
/// # Errors
/// See [`IdentifyError`].
pub fn identify_header(bytes: &[u8]) -> Result<Identity, IdentifyError> {
    if !bytes.starts_with(ELFMAG) {
        return Err(IdentifyError::NotElf);
    }
    let (class, size) = match bytes.get(EI_CLASS) {
        Some(&ELFCLASS32) => (Class::Bits32, header32::SIZEOF_EHDR),
        Some(&ELFCLASS64) => (Class::Bits64, header64::SIZEOF_EHDR),
        _ => return Err(IdentifyError::Damaged),
    };
    let is_little_endian = match bytes.get(EI_DATA) {
        Some(&ELFDATA2LSB) => true,
        Some(&ELFDATA2MSB) => false,
        _ => return Err(IdentifyError::Damaged),
    };
    let header = bytes.get(..size).ok_or(IdentifyError::Damaged)?;
    let half_word = |at: usize| {
        let bytes = [header[at], header[at + 1]];
        if is_little_endian {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        }
    };
    Ok(Identity {
        class,
        is_little_endian,
        // Both classes have e_type and e_machine right after e_ident.
        elf_type: half_word(SIZEOF_IDENT),
        machine: half_word(SIZEOF_IDENT + 2),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::elf::Architecture;

    fn header(class: u8, order: u8, elf_type: [u8; 2], machine: [u8; 2]) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..4].copy_from_slice(ELFMAG);
        bytes[4..7].copy_from_slice(&[class, order, 1]);
        bytes[16..18].copy_from_slice(&elf_type);
        bytes[18..20].copy_from_slice(&machine);
        bytes
    }

    #[test]
    fn this_test_is_a_program_for_the_machine_it_runs_on() {
        let identity = identify(&std::env::current_exe().unwrap()).unwrap();
        let architecture = Architecture::of(&identity).unwrap();
        assert_eq!(
            architecture.nix_system,
            format!("{}-linux", std::env::consts::ARCH)
        );
        assert!(identity.is_shared_object());
    }

    #[test]
    fn every_architecture_is_told_from_the_others() {
        for architecture in Architecture::ALL {
            let class = if architecture.class == Class::Bits64 {
                2
            } else {
                1
            };
            let bytes = header(class, 1, [3, 0], architecture.machine.to_le_bytes());
            let identity = identify_header(&bytes).unwrap();
            assert_eq!(Architecture::of(&identity), Some(architecture));
        }
    }

    #[test]
    fn class_and_byte_order_count_as_well_as_the_machine() {
        let x32 = identify_header(&header(1, 1, [3, 0], [62, 0])).unwrap();
        assert_eq!(Architecture::of(&x32), None);
        assert_eq!(x32.to_string(), "32-bit X86_64");
        let big_endian = identify_header(&header(2, 2, [0, 3], [0, 183])).unwrap();
        assert_eq!(Architecture::of(&big_endian), None);
        assert_eq!(big_endian.to_string(), "64-bit big-endian AARCH64");
        assert!(big_endian.is_shared_object());
    }

    #[test]
    fn a_program_at_a_fixed_address_is_no_shared_object() {
        let identity = identify_header(&header(2, 1, [2, 0], [62, 0])).unwrap();
        assert!(!identity.is_shared_object());
        assert_eq!(identity.type_name(), "EXEC");
    }

    #[test]
    fn text_is_no_elf_file_and_half_a_header_is_damaged() {
        let text = identify_header(b"/* GNU ld script */ INPUT(-lc)");
        assert!(matches!(text, Err(IdentifyError::NotElf)));
        let half = identify_header(&header(2, 1, [3, 0], [62, 0])[..30]);
        assert!(matches!(half, Err(IdentifyError::Damaged)));
        let no_class = identify_header(&header(7, 1, [3, 0], [62, 0]));
        assert!(matches!(no_class, Err(IdentifyError::Damaged)));
    }

    #[test]
    fn a_directory_is_not_opened_as_a_file() {
        assert!(matches!(
            identify(Path::new("/")),
            Err(IdentifyError::NotAFile)
        ));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), skip in 0usize..8) {
            let mut bytes = bytes;
            for (at, magic) in ELFMAG.iter().enumerate() {
                if let Some(byte) = bytes.get_mut(skip + at) {
                    *byte = *magic;
                }
            }
            let _ = identify_header(bytes.get(skip..).unwrap_or_default());
        }
    }
}
