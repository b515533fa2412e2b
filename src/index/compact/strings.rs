//! String tables: sorted, and each string without what it shares with the one before.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use super::Damaged;
use super::varint::{self, u32_at};

/// How many strings a block has.
const BLOCK: u32 = 16;

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
        let mut string = Vec::new();
        for _ in 0..=number % BLOCK {
            take(&mut bytes, &mut string)?;
        }
        String::from_utf8(string).map_err(|_| Damaged("it has a text that is none"))
    }

    /// The number of a string, if it is there.
    ///
    /// # Errors
    /// The table is damaged.
    pub fn find(&self, wanted: &str) -> Result<Option<u32>, Damaged> {
        let mut found = None;
        self.scan_from(wanted, |number, string| {
            if string == wanted.as_bytes() {
                found = Some(number);
            }
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// Calls `visit` for each string that starts with `prefix`, in order, until it wants no more.
    ///
    /// # Errors
    /// The table is damaged.
    pub fn scan_prefix(
        &self,
        prefix: &str,
        mut visit: impl FnMut(u32, &[u8]),
    ) -> Result<(), Damaged> {
        self.scan_from(prefix, |number, string| {
            if !string.starts_with(prefix.as_bytes()) {
                return ControlFlow::Break(());
            }
            visit(number, string);
            ControlFlow::Continue(())
        })
    }

    /// Calls `visit` for each string that is not less than `start`, in order, until it breaks.
    fn scan_from(
        &self,
        start: &str,
        mut visit: impl FnMut(u32, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), Damaged> {
        let mut string = Vec::new();
        let mut is_before = true;
        for block in self.block_before(start)?..self.count.div_ceil(BLOCK) {
            let mut bytes = self.block(block)?;
            let first = block * BLOCK;
            for number in first..self.count.min(first.saturating_add(BLOCK)) {
                take(&mut bytes, &mut string)?;
                is_before = is_before && string[..] < *start.as_bytes();
                if !is_before && visit(number, &string).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The last block whose first string is not greater than `start`, or the first one.
    fn block_before(&self, start: &str) -> Result<u32, Damaged> {
        let (mut low, mut high) = (0, self.count.div_ceil(BLOCK));
        let mut string = Vec::new();
        while low < high {
            let middle = low + (high - low) / 2;
            string.clear();
            take(&mut self.block(middle)?, &mut string)?;
            match string[..].cmp(start.as_bytes()) {
                Ordering::Greater => high = middle,
                _ => low = middle + 1,
            }
        }
        Ok(low.saturating_sub(1))
    }

    fn block(&self, block: u32) -> Result<&'a [u8], Damaged> {
        let offset = u32_at(self.offsets, block as usize * 4).ok_or(DAMAGED)?;
        self.blocks.get(offset as usize..).ok_or(DAMAGED)
    }
}

/// Takes a string from the front; `string` is the one before.
#[inline]
fn take(bytes: &mut &[u8], string: &mut Vec<u8>) -> Result<(), Damaged> {
    let shared = varint::read(bytes).ok_or(DAMAGED)? as usize;
    let own = varint::read(bytes).ok_or(DAMAGED)? as usize;
    let (own, rest) = bytes.split_at_checked(own).ok_or(DAMAGED)?;
    if shared > string.len() {
        return Err(DAMAGED);
    }
    string.truncate(shared);
    string.extend_from_slice(own);
    *bytes = rest;
    Ok(())
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
