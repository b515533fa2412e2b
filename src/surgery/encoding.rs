//! How numbers stand in a file: their width, which the class decides, and their byte order. Both are known only when the
//! file is read, so structures are read and written field by field, in the order of the System V ABI.

use crate::elf::Class;

/// Width and order of the numbers in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoding {
    /// The width of addresses.
    pub class: Class,
    /// Whether the lowest byte comes first.
    pub is_little_endian: bool,
}

impl Encoding {
    /// The size of an address, in bytes.
    pub fn word(self) -> usize {
        self.pick(4, 8)
    }

    /// What a 32-bit file has, or what a 64-bit file has.
    pub fn pick<T>(self, bits_32: T, bits_64: T) -> T {
        match self.class {
            Class::Bits32 => bits_32,
            Class::Bits64 => bits_64,
        }
    }

    /// The number that `bytes` are.
    pub fn number(self, bytes: &[u8]) -> u64 {
        let add = |number, &byte: &u8| number << 8 | u64::from(byte);
        match self.is_little_endian {
            true => bytes.iter().rev().fold(0, add),
            false => bytes.iter().fold(0, add),
        }
    }

    /// The bytes of a number; its higher ones are dropped.
    pub fn bytes(self, number: u64, width: usize) -> Vec<u8> {
        let mut bytes = number.to_le_bytes()[..width].to_vec();
        if !self.is_little_endian {
            bytes.reverse();
        }
        bytes
    }

    /// Reads the fields of a structure, one after the other.
    pub fn reader(self, bytes: &[u8]) -> Reader<'_> {
        Reader {
            encoding: self,
            bytes,
        }
    }

    /// Writes the fields of a structure, one after the other.
    pub fn writer(self) -> Writer {
        Writer {
            encoding: self,
            bytes: Vec::new(),
        }
    }
}

/// The fields of a structure that are still to be read. What is cut off reads as 0: who calls has looked at the size.
pub(super) struct Reader<'a> {
    encoding: Encoding,
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, width: usize) -> u64 {
        let (field, rest) = self.bytes.split_at(width.min(self.bytes.len()));
        self.bytes = rest;
        self.encoding.number(field)
    }

    /// A half word.
    pub fn u16(&mut self) -> u16 {
        self.take(2) as u16
    }

    /// A word of 32 bits.
    pub fn u32(&mut self) -> u32 {
        self.take(4) as u32
    }

    /// What is as wide as an address.
    pub fn word(&mut self) -> u64 {
        self.take(self.encoding.word())
    }
}

/// The fields of a structure that were written so far.
pub(super) struct Writer {
    encoding: Encoding,
    bytes: Vec<u8>,
}

impl Writer {
    fn put(mut self, number: u64, width: usize) -> Self {
        self.bytes.extend(self.encoding.bytes(number, width));
        self
    }

    /// A word of 32 bits.
    pub fn u32(self, number: u32) -> Self {
        self.put(number.into(), 4)
    }

    /// What is as wide as an address.
    pub fn word(self, number: u64) -> Self {
        let width = self.encoding.word();
        self.put(number, width)
    }

    /// The structure.
    pub fn done(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_wide_and_as_ordered_as_the_file_says() {
        let big = Encoding {
            class: Class::Bits32,
            is_little_endian: false,
        };
        let little = Encoding {
            class: Class::Bits64,
            is_little_endian: true,
        };
        assert_eq!(big.writer().u32(1).word(2).done(), [0, 0, 0, 1, 0, 0, 0, 2]);
        assert_eq!(little.writer().word(0x102).done(), [2, 1, 0, 0, 0, 0, 0, 0]);
        let mut reader = big.reader(&[1, 2, 3, 4, 5, 6]);
        assert_eq!((reader.u16(), reader.u32()), (0x102, 0x0304_0506));
        assert_eq!(reader.word(), 0);
    }
}
