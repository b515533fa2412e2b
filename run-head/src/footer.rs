//! The last bytes of the file, which say where the others are.

/// Its size, in bytes.
pub const SIZE: usize = 64;

/// How it begins. Another format has another text.
const MAGIC: &[u8; 16] = b"ldshim-run-1\0\0\0\0";

/// Where payload and index are, in bytes from the file's beginning, and what both are known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footer {
    /// Where the payload begins.
    pub payload: u64,
    /// Where the index begins: the payload ends there.
    pub index: u64,
    /// How long the index is. The footer stands behind it.
    pub index_length: u64,
    /// The first bytes of the SHA-256 of payload and index.
    pub key: [u8; 16],
}

impl Footer {
    /// Its bytes: magic, three numbers with the lowest byte first, key, and eight bytes without meaning.
    #[must_use]
    pub fn encode(&self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16..24].copy_from_slice(&self.payload.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.index.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.index_length.to_le_bytes());
        bytes[40..56].copy_from_slice(&self.key);
        bytes
    }

    /// The footer of a file of this length, which ends with these bytes; `None` if it is no bundle, or is cut off.
    #[must_use]
    pub fn parse(bytes: &[u8; SIZE], length: u64) -> Option<Self> {
        let number = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(word)
        };
        let mut key = [0; 16];
        key.copy_from_slice(&bytes[40..56]);
        let footer = Self {
            payload: number(16),
            index: number(24),
            index_length: number(32),
            key,
        };
        let end = footer.index.checked_add(footer.index_length)?;
        let fits = bytes[..16] == *MAGIC
            && footer.payload <= footer.index
            && end.checked_add(SIZE as u64) == Some(length);
        fits.then_some(footer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let footer = Footer {
            payload: 5000,
            index: 6000,
            index_length: 100,
            key: *b"0123456789abcdef",
        };
        let bytes = footer.encode();
        assert_eq!(Footer::parse(&bytes, 6164), Some(footer));
        // A file that was cut off or added to, and one that is none.
        assert_eq!(Footer::parse(&bytes, 6163), None);
        assert_eq!(Footer::parse(&[0; SIZE], 6164), None);
        let wrong = Footer {
            index: u64::MAX,
            ..footer
        };
        assert_eq!(Footer::parse(&wrong.encode(), 6164), None);
    }
}
