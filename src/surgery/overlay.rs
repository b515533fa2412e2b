//! A file as it will be: the bytes that are there, and pages over them that were changed. A file of a hundred megabytes of
//! which ten bytes change costs one page.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::changes::Write;

/// The size of a changed page. It has nothing to do with pages of memory.
const PAGE: usize = 4096;

/// A file and what is changed in it.
#[derive(Debug, Clone)]
pub(super) struct Overlay<'a> {
    base: &'a [u8],
    pages: BTreeMap<usize, Vec<u8>>,
    length: usize,
}

impl<'a> Overlay<'a> {
    /// The file, unchanged.
    pub fn new(base: &'a [u8]) -> Self {
        Self {
            base,
            pages: BTreeMap::new(),
            length: base.len(),
        }
    }

    /// The size of the file, in bytes.
    pub fn length(&self) -> u64 {
        self.length as u64
    }

    /// Cuts the file off, or makes it longer by zeros.
    pub fn set_length(&mut self, length: u64) {
        self.length = length as usize;
        let first_gone = self.length.div_ceil(PAGE);
        let _gone = self.pages.split_off(&first_gone);
        let within = self.length % PAGE;
        if within > 0 && self.pages.contains_key(&(self.length / PAGE)) {
            self.page(self.length / PAGE)[within..].fill(0);
        }
    }

    fn base_page(&self, number: usize) -> Vec<u8> {
        let start = (number * PAGE).min(self.base.len());
        let end = (start + PAGE).min(self.base.len());
        let mut page = self.base[start..end].to_vec();
        page.resize(PAGE, 0);
        page
    }

    fn page(&mut self, number: usize) -> &mut Vec<u8> {
        let base = match self.pages.contains_key(&number) {
            true => Vec::new(),
            false => self.base_page(number),
        };
        self.pages.entry(number).or_insert(base)
    }

    /// Writes bytes; what lies beyond the end makes the file longer.
    pub fn write(&mut self, offset: u64, bytes: &[u8]) {
        let mut at = offset as usize;
        self.length = self.length.max(at + bytes.len());
        let mut rest = bytes;
        while !rest.is_empty() {
            let within = at % PAGE;
            let (now, later) = rest.split_at(rest.len().min(PAGE - within));
            self.page(at / PAGE)[within..within + now.len()].copy_from_slice(now);
            at += now.len();
            rest = later;
        }
    }

    /// The bytes of a part of the file; what lies beyond the end is zero.
    pub fn read(&self, offset: u64, size: u64) -> Cow<'a, [u8]> {
        let (start, size) = (offset as usize, size as usize);
        let pages = start / PAGE..(start + size).div_ceil(PAGE);
        if self.pages.range(pages.clone()).next().is_none()
            && let Some(bytes) = self.base.get(start..start + size)
        {
            return Cow::Borrowed(bytes);
        }
        let mut bytes = Vec::with_capacity(size + 2 * PAGE);
        for number in pages.clone() {
            match self.pages.get(&number) {
                Some(page) => bytes.extend(page),
                None => bytes.extend(self.base_page(number)),
            }
        }
        let skipped = start - pages.start * PAGE;
        bytes.truncate(skipped + size);
        bytes.drain(..skipped);
        Cow::Owned(bytes)
    }

    /// What differs from the file that was there: parts that follow one another, as short as they can be but for gaps of
    /// up to 16 bytes.
    pub fn writes(&self) -> Vec<Write> {
        self.differences(&Overlay::new(self.base))
    }

    /// What this file has where another one differs that is made of the same file. The other one counts as far as it goes.
    pub fn differences(&self, other: &Self) -> Vec<Write> {
        let mut writes: Vec<Write> = Vec::new();
        let mut numbers: Vec<usize> = self
            .pages
            .keys()
            .chain(other.pages.keys())
            .copied()
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        // Where only one of them reaches, they differ.
        let shared = self.length.min(other.length);
        for number in numbers {
            let start = number * PAGE;
            let end = (start + PAGE).min(self.length);
            let (new, old) = (self.page_at(number), other.page_at(number));
            if end <= shared && new == old {
                continue;
            }
            for at in start..end {
                if at < shared && new[at - start] == old[at - start] {
                    continue;
                }
                match writes.last_mut() {
                    Some(last) if at - last.end() <= 16 => {
                        let between = self.read(last.end() as u64, (at - last.end()) as u64);
                        last.bytes.extend_from_slice(&between);
                        last.bytes.push(new[at - start]);
                    }
                    _ => writes.push(Write {
                        offset: at as u64,
                        bytes: vec![new[at - start]],
                    }),
                }
            }
        }
        writes
    }

    fn page_at(&self, number: usize) -> Cow<'_, [u8]> {
        match self.pages.get(&number) {
            Some(page) => Cow::Borrowed(page),
            None => Cow::Owned(self.base_page(number)),
        }
    }
}

impl Write {
    fn end(&self) -> usize {
        self.offset as usize + self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_what_changed_and_no_more() {
        let base = vec![7; 10_000];
        let mut overlay = Overlay::new(&base);
        assert!(overlay.writes().is_empty());
        overlay.write(4090, &[7, 7, 1, 2, 7, 7, 3]);
        let expected = Write {
            offset: 4092,
            bytes: vec![1, 2, 7, 7, 3],
        };
        assert_eq!(overlay.writes(), [expected]);
        assert_eq!(overlay.read(4091, 3).as_ref(), [7, 1, 2]);
        overlay.write(10_000, &[5]);
        assert_eq!(overlay.length(), 10_001);
        assert_eq!(overlay.read(9_999, 4).as_ref(), [7, 5, 0, 0]);
    }

    #[test]
    fn what_is_cut_off_is_gone() {
        let base = vec![7; 100];
        let mut overlay = Overlay::new(&base);
        overlay.write(100, &[1; 5000]);
        overlay.set_length(50);
        assert!(overlay.writes().is_empty());
        overlay.set_length(60);
        assert_eq!(overlay.read(49, 3).as_ref(), [7, 0, 0]);
    }
}
