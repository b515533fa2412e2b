//! Sections for a program to read itself, which no loader, linker or debugger knows: single-file programs keep their contents
//! there.

use goblin::elf::section_header::SHT_PROGBITS;

/// Such sections by name, and what makes them.
const MAKERS: [(&[u8], &str); 6] = [
    // Since Bun 1.3; it was behind the end of the file before.
    (b".bun", "Bun"),
    // Since PyInstaller 4, where objcopy can add it.
    (b"pydata", "PyInstaller"),
    (b".staticx.archive", "staticx"),
    (b".staticx.prog", "staticx"),
    (b"NODE_SEA_BLOB", "Node"),
    (b".note.NODE_SEA_BLOB", "Node"),
];

/// Whether a section of this name, `sh_type` and `sh_flags` is one; what makes it, if that is known.
#[must_use]
pub fn payload_section(name: &[u8], kind: u32, flags: u64) -> Option<Option<&'static str>> {
    let known = MAKERS.iter().find(|it| it.0 == name).map(|it| it.1);
    let is_usual = kind != SHT_PROGBITS || name.starts_with(b".") || flags != 0;
    (known.is_some() || !is_usual).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_in_sections_that_are_known_or_not_mapped() {
        assert_eq!(payload_section(b"pydata", 1, 0), Some(Some("PyInstaller")));
        assert_eq!(payload_section(b".bun", 1, 3), Some(Some("Bun")));
        assert_eq!(payload_section(b"data", 1, 0), Some(None));
        for usual in [(&b".comment"[..], 1, 0), (b"data", 1, 2), (b"data", 3, 0)] {
            assert_eq!(payload_section(usual.0, usual.1, usual.2), None);
        }
    }
}
