//! Which program this is: by what its pin is found.
//!
//! The linker's build-id says it. Where there is none, a hash of the program headers and the dynamic section
//! does: they hold the sizes and addresses of everything else. Both lie in memory when a program starts, as in
//! its file, so the stub knows them without a system call, and `ldshim` from the file.
//!
//! An identity is short because it is part of a path that has to fit into the place of a loader's built-in
//! cache path, about 75 bytes.

use core::fmt;
use core::ops::Range;

use goblin::elf::program_header::{PT_DYNAMIC, PT_LOAD, PT_NOTE};

/// `NT_GNU_BUILD_ID` in glibc's elf/elf.h.
const BUILD_ID: u32 = 3;
/// The owner of that note.
const OWNER: &[u8] = b"GNU\0";
/// The sizes of name and description, and the type, 4 bytes each: System V ABI, "Note Section".
const NOTE_HEADER: usize = 12;
/// How much of a build-id counts, in bytes. One that is shorter is none.
const COUNTS: usize = 8;

/// What tells a program from others: the first 8 bytes of its build-id, or a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(u64);

/// The number of digits of an identity as text.
pub const DIGITS: usize = 16;

/// A program header, of either class. Sizes are in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// `p_type`
    pub kind: u32,
    /// `p_vaddr`
    pub address: u64,
    /// `p_filesz`
    pub size: u64,
    /// `p_align`
    pub alignment: u64,
}

impl Identity {
    /// The identity of a program with these program headers, which are `table` as bytes. `contents` gives what
    /// was loaded of the file at some addresses; it is asked only for what lies within one PT_LOAD.
    pub fn of<'a>(
        table: &[u8],
        parts: impl Iterator<Item = Part> + Clone,
        mut contents: impl FnMut(Range<u64>) -> Option<&'a [u8]>,
    ) -> Self {
        let mut loaded = |part: &Part| {
            let range = part.address..part.address.checked_add(part.size)?;
            let is_in = |load: Part| {
                load.kind == PT_LOAD
                    && load.address <= range.start
                    && range.end - load.address <= load.size
            };
            if parts.clone().any(is_in) {
                contents(range)
            } else {
                None
            }
        };
        let mut dynamic = None;
        for part in parts.clone() {
            match part.kind {
                PT_NOTE => {
                    let id = loaded(&part).and_then(|notes| build_id(notes, part.alignment));
                    if let Some(start) = id.and_then(<[u8]>::first_chunk) {
                        return Self(u64::from_be_bytes(*start));
                    }
                }
                PT_DYNAMIC => dynamic = Some(part),
                _ => {}
            }
        }
        let dynamic = dynamic.and_then(|part| loaded(&part)).unwrap_or_default();
        Self(hash(hash(FNV_OFFSET, table), dynamic))
    }

    /// As text: 16 hexadecimal digits, which are those that a build-id begins with.
    pub fn digits(self) -> [u8; DIGITS] {
        let mut digits = [0; DIGITS];
        let mut rest = self.0;
        for place in digits.iter_mut().rev() {
            let digit = (rest % 16) as u8;
            *place = digit + if digit < 10 { b'0' } else { b'a' - 10 };
            rest /= 16;
        }
        digits
    }

    /// Reads what [`Identity::digits`] writes.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits: &[u8; DIGITS] = text.try_into().ok()?;
        let mut number = 0;
        for digit in digits {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            number = number << 4 | u64::from(value);
        }
        Some(Self(number))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The build-id among the notes of a segment, if it is long enough to count.
fn build_id(mut notes: &[u8], alignment: u64) -> Option<&[u8]> {
    // Sections that are aligned to 8 bytes pad to 8, all others to 4.
    let padding = if alignment == 8 { 7 } else { 3 };
    let padded = |size: usize| size.checked_add(padding).map(|size| size & !padding);
    loop {
        let word = |number: usize| {
            let bytes = notes.get(4 * number..)?.first_chunk()?;
            Some(u32::from_le_bytes(*bytes))
        };
        let [name, description] = [word(0)? as usize, word(1)? as usize];
        let start = padded(NOTE_HEADER.checked_add(name)?)?;
        let end = start.checked_add(description)?;
        if word(2)? == BUILD_ID
            && description >= COUNTS
            && notes.get(NOTE_HEADER..NOTE_HEADER.checked_add(name)?)? == OWNER
        {
            return notes.get(start..end);
        }
        notes = notes.get(padded(end)?..)?;
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a, by 32 bits at a time and not 8: what is hashed are structures of such words, and the stub has to be
/// quick. It is no cryptographic hash, and need not be: a program that is made to have the identity of another
/// gets that one's libraries, from its own user.
fn hash(start: u64, bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(4).filter_map(<[u8]>::first_chunk);
    words.fold(start, |hash, word| {
        // The upper half has to get to the lower one, which multiplication never moves it to.
        let mixed = (hash ^ hash >> 32) ^ u64::from(u32::from_le_bytes(*word));
        mixed.wrapping_mul(FNV_PRIME)
    })
}

#[cfg(test)]
mod tests;
