//! Which program this is: by what its pin is found.
//!
//! The linker's build-id says it. Where there is none, a hash of the program headers and the dynamic section
//! does, and the names of the libraries that it needs: they hold the sizes and addresses of everything else. All of
//! this lies in memory when a program starts, as in its file, so the stub knows it without a system call, and `ldshim`
//! from the file.
//!
//! An identity is short because it is part of a path that has to fit into the place of a loader's built-in
//! cache path, about 75 bytes.

use core::fmt;
use core::ops::Range;

use goblin::elf::dynamic::{DT_NEEDED, DT_NULL, DT_STRTAB};
use goblin::elf::program_header::{PF_R, PT_DYNAMIC, PT_LOAD, PT_NOTE, PT_PHDR};

/// `NT_GNU_BUILD_ID` in glibc's elf/elf.h.
pub const BUILD_ID: u32 = 3;
/// The owner of that note.
const OWNER: &[u8] = b"GNU\0";
/// The sizes of name and description, and the type, 4 bytes each: System V ABI, "Note Section".
const NOTE_HEADER: usize = 12;
/// How much of a build-id counts, in bytes. One that is shorter is none.
const COUNTS: usize = 8;

/// How much of notes, or of a dynamic section, is looked at, in bytes. Larger ones are none.
const LARGEST: u64 = 1 << 16;
/// How much of a library's name counts, in bytes: NAME_MAX.
const LONGEST_NAME: u64 = 255;

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
    /// `p_flags`
    pub flags: u32,
    /// `p_vaddr`
    pub address: u64,
    /// `p_filesz`
    pub size: u64,
    /// `p_align`
    pub alignment: u64,
}

impl Identity {
    /// The identity of a program with these program headers, which are `table` as bytes. An address has `word` bytes.
    /// `contents` gives what was loaded of the file at some addresses; it is asked only for what lies within one
    /// PT_LOAD that can be read.
    pub fn of<B: AsRef<[u8]>>(
        table: &[u8],
        word: usize,
        parts: impl Iterator<Item = Part> + Clone,
        mut contents: impl FnMut(Range<u64>) -> Option<B>,
    ) -> Self {
        let mut loaded = |part: &Part| {
            let end = part.address.checked_add(part.size)?;
            contents(within_one(parts.clone(), part.address, end)?)
        };
        let mut dynamic = None;
        for part in parts.clone().filter(|part| part.size <= LARGEST) {
            match part.kind {
                PT_NOTE => {
                    let notes = loaded(&part);
                    let notes = notes.as_ref().map_or(&[][..], AsRef::as_ref);
                    let id = build_id(notes, part.alignment);
                    if let Some(start) = id.and_then(<[u8]>::first_chunk) {
                        return Self(u64::from_be_bytes(*start));
                    }
                }
                PT_DYNAMIC => dynamic = Some(part),
                _ => {}
            }
        }
        let dynamic = dynamic.and_then(|part| loaded(&part));
        let dynamic = dynamic.as_ref().map_or(&[][..], AsRef::as_ref);
        let mut hash = hash(hash(FNV_OFFSET, table), dynamic);
        for name in needed(dynamic, word) {
            let name = within_one(parts.clone(), name, name).and_then(&mut contents);
            hash = hash_name(hash, name.as_ref().map_or(&[][..], AsRef::as_ref));
        }
        Self(hash)
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

/// The address at which a program's headers are, as they say themselves. A program that does not say it has no pin:
/// nothing else tells the stub where it was loaded.
pub fn own_address(mut parts: impl Iterator<Item = Part>) -> Option<u64> {
    let own = parts.find(|part| part.kind == PT_PHDR)?;
    Some(own.address)
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The addresses from `start` to `end` if they lie within the one PT_LOAD that has them, and that can be read. If both
/// are the same: those from there on which it has, as many as a name may take.
fn within_one(parts: impl Iterator<Item = Part>, start: u64, end: u64) -> Option<Range<u64>> {
    let mut found = None;
    for load in parts.filter(|part| part.kind == PT_LOAD) {
        let load_end = load.address.checked_add(load.size)?;
        if end.max(start + 1) <= load.address || load_end <= start {
            continue;
        }
        let wanted = if start == end {
            load_end.min(start.checked_add(LONGEST_NAME)?)
        } else {
            end
        };
        // What two segments have, only the kernel could tell.
        let is_whole = load.address <= start && wanted <= load_end && load.flags & PF_R != 0;
        if !is_whole || found.is_some() {
            return None;
        }
        found = Some(start..wanted);
    }
    found
}

/// The addresses of the names of the libraries that a dynamic section asks for.
fn needed(dynamic: &[u8], word: usize) -> impl Iterator<Item = u64> {
    let entries = dynamic.chunks_exact(2 * word).map(move |entry| {
        let (tag, value) = entry.split_at_checked(word).unwrap_or_default();
        (number(tag), number(value))
    });
    let entries = entries.take_while(|&(tag, _)| tag != DT_NULL);
    let mut tables = entries.clone().filter(|&(tag, _)| tag == DT_STRTAB);
    let table = tables.next().map(|(_, address)| address);
    let names = entries.filter(|&(tag, _)| tag == DT_NEEDED);
    names.filter_map(move |(_, offset)| {
        // No address can be the last one: whoever looks there adds one to it.
        table?.checked_add(offset).filter(|&it| it < u64::MAX)
    })
}

/// A little-endian number of at most 8 bytes.
fn number(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
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

/// The same for a name, up to its NUL and with it.
fn hash_name(start: u64, name: &[u8]) -> u64 {
    let bytes = name.iter().take_while(|&&byte| byte != 0);
    bytes.chain(&[0]).fold(start, |hash, &byte| {
        (hash ^ hash >> 32 ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
    })
}

#[cfg(test)]
mod tests;
