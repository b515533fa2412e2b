//! String tables: sorted, and each string without what it shares with the one before.

use memchr::memmem::Finder;

use super::Damaged;
use super::varint::{self, u32_at};

/// How many strings a block has.
const BLOCK: u32 = 8;

/// Most strings are shorter.
const USUAL_LENGTH: usize = 64;

const DAMAGED: Damaged = Damaged("a table of strings is damaged");

/// A string table in memory.
#[derive(Debug, Clone, Copy)]
pub struct Strings<'a> {
    count: u32,
    /// The offsets of the blocks.
    offsets: &'a [u8],
    blocks: &'a [u8],
}

impl<'a> Strings<'a> {
    /// The table that these bytes are.
    ///
    /// # Errors
    /// They are too short for what they say.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let count = u32_at(bytes, 0).ok_or(DAMAGED)?;
        let offsets = count.div_ceil(BLOCK) as usize * 4;
        let rest = bytes.get(4..).unwrap_or_default();
        let (offsets, blocks) = rest.split_at_checked(offsets).ok_or(DAMAGED)?;
        Ok(Self {
            count,
            offsets,
            blocks,
        })
    }

    /// How many strings there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The string of this number.
    ///
    /// # Errors
    /// There is none, or it is no text.
    pub fn get(&self, number: u32) -> Result<String, Damaged> {
        if number >= self.count {
            return Err(Damaged("it names a text that is not there"));
        }
        let mut bytes = self.block(number / BLOCK)?;
        let mut string = Vec::with_capacity(USUAL_LENGTH);
        for _ in 0..=number % BLOCK {
            let (shared, own) = take(&mut bytes)?;
            if shared > string.len() {
                return Err(DAMAGED);
            }
            string.truncate(shared);
            string.extend_from_slice(own);
        }
        String::from_utf8(string).map_err(|_| Damaged("it has a text that is none"))
    }

    /// The number of a string, if it is there.
    ///
    /// # Errors
    /// The table is damaged.
    pub fn find(&self, wanted: &str) -> Result<Option<u32>, Damaged> {
        let number = self.block_before(wanted)?;
        let mut block = Block::default();
        block.read(self.block(number)?, self.count_in(number))?;
        let mut strings = (number * BLOCK..).zip(block.strings());
        let found = strings.find(|(_, string)| *string == wanted.as_bytes());
        Ok(found.map(|(number, _)| number))
    }

    /// Calls `visit` for each string that starts with `prefix` and has `needle` in it, in order.
    ///
    /// # Errors
    /// The table is damaged.
    pub fn scan(
        &self,
        prefix: &str,
        needle: &Finder<'_>,
        mut visit: impl FnMut(u32, &[u8]),
    ) -> Result<(), Damaged> {
        let prefix = prefix.as_bytes();
        let mut block = Block::default();
        for number in self.block_before(prefix)?..self.blocks_count() {
            block.read(self.block(number)?, self.count_in(number))?;
            // An empty prefix points nowhere, and to compare with nowhere is slow.
            if let Some(first) = block.strings().next()
                && !prefix.is_empty()
                && first > prefix
                && !first.starts_with(prefix)
            {
                return Ok(());
            }
            // To look through all strings at once is quicker. That the needle may begin in one and end
            // in another does no harm.
            if needle.find(&block.text).is_none() {
                continue;
            }
            for (number, string) in (number * BLOCK..).zip(block.strings()) {
                let is_after = prefix.is_empty() || string.starts_with(prefix);
                if is_after && needle.find(string).is_some() {
                    visit(number, string);
                }
            }
        }
        Ok(())
    }

    /// The last block whose first string is not greater than `start`, or the first one.
    fn block_before(&self, start: impl AsRef<[u8]>) -> Result<u32, Damaged> {
        let (mut low, mut high) = (0, self.blocks_count());
        let mut block = Block::default();
        while low < high {
            let middle = low + (high - low) / 2;
            block.read(self.block(middle)?, 1)?;
            if &block.text[..] <= start.as_ref() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low.saturating_sub(1))
    }

    fn blocks_count(&self) -> u32 {
        self.count.div_ceil(BLOCK)
    }

    /// How many strings a block has.
    fn count_in(&self, block: u32) -> u32 {
        self.count.saturating_sub(block * BLOCK).min(BLOCK)
    }

    fn block(&self, block: u32) -> Result<&'a [u8], Damaged> {
        if self.count == 0 {
            return Ok(&[]);
        }
        let offset = u32_at(self.offsets, block as usize * 4).ok_or(DAMAGED)?;
        self.blocks.get(offset as usize..).ok_or(DAMAGED)
    }
}

/// The strings of a block.
#[derive(Debug, Default)]
struct Block {
    /// One behind the other
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Block {
    /// Reads the first strings of a block, in place of those that were here.
    fn read(&mut self, mut bytes: &[u8], count: u32) -> Result<(), Damaged> {
        self.text.clear();
        self.ends.clear();
        let mut start = 0;
        for _ in 0..count {
            let (shared, own) = take(&mut bytes)?;
            let end = self.text.len();
            if shared > end - start {
                return Err(DAMAGED);
            }
            self.text.extend_from_within(start..start + shared);
            self.text.extend_from_slice(own);
            self.ends.push(self.text.len());
            start = end;
        }
        Ok(())
    }

    fn strings(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, &end)| &self.text[start..end])
    }
}

/// Takes a string from the front: how much of the one before it has, and the rest.
#[inline]
fn take<'a>(bytes: &mut &'a [u8]) -> Result<(usize, &'a [u8]), Damaged> {
    let shared = varint::read(bytes).ok_or(DAMAGED)?;
    let own = varint::read(bytes).ok_or(DAMAGED)?;
    let (own, rest) = bytes.split_at_checked(own as usize).ok_or(DAMAGED)?;
    *bytes = rest;
    Ok((shared as usize, own))
}

/// The table of these strings, which are sorted.
pub(super) fn table(strings: &[Box<str>]) -> Vec<u8> {
    let mut offsets = Vec::new();
    let mut blocks = Vec::new();
    for block in strings.chunks(BLOCK as usize) {
        offsets.extend((blocks.len() as u32).to_le_bytes());
        let mut before: &[u8] = &[];
        for string in block {
            let string = string.as_bytes();
            let pairs = before.iter().zip(string);
            let shared = pairs.take_while(|(a, b)| a == b).count();
            varint::write(&mut blocks, shared as u32);
            varint::write(&mut blocks, (string.len() - shared) as u32);
            blocks.extend(&string[shared..]);
            before = string;
        }
    }
    let count = (strings.len() as u32).to_le_bytes();
    [&count[..], &offsets, &blocks].concat()
}
