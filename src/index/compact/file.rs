//! Reading the file of an index.

use std::ops::Range;

use super::varint::{self, u32_at};
use super::{
    Damaged, HAS_VERSIONS, HEADER_SIZE, IS_LINK, Info, MAGIC, PACKAGE_SIZE, SECTIONS, Strings,
    UNKNOWN, VERSION,
};
use crate::index::store_path::Hash;

/// A file of an index, in memory.
#[derive(Debug)]
pub struct Compact<B> {
    bytes: B,
    info: Info,
    sections: [Range<usize>; SECTIONS],
}

/// A package, its texts as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackageRecord {
    /// The hash in the store path.
    pub hash: Hash,
    /// What follows the hash and a dash.
    pub name: u32,
    /// An attribute of nixpkgs, if it is known.
    pub attribute: Option<u32>,
    /// Its output.
    pub output: u32,
    /// Whether these name the store path.
    pub is_top_level: bool,
}

/// A library in a package, its texts as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The package's number.
    pub package: u32,
    /// The folder in the package.
    pub folder: u32,
    /// Whether it is a link into another store path.
    pub is_link: bool,
    /// The versions that it exports, if they are known.
    pub versions: Option<u32>,
}

impl<B: AsRef<[u8]>> Compact<B> {
    /// The index that these bytes are.
    ///
    /// # Errors
    /// They are none, or one of another version, or their sections are not in them.
    pub fn new(bytes: B) -> Result<Self, Damaged> {
        let all = bytes.as_ref();
        if !all.starts_with(MAGIC) {
            return Err(Damaged("it is no index of ldshim"));
        }
        if u32_at(all, MAGIC.len()) != Some(VERSION) {
            return Err(Damaged("it is of another version of ldshim"));
        }
        let mut sections = [const { 0..0 }; SECTIONS];
        for (number, section) in sections.iter_mut().enumerate() {
            *section = range(all, HEADER_SIZE - (SECTIONS - number) * 8)
                .ok_or(Damaged("it is cut off, or its header is damaged"))?;
        }
        let info = serde_json::from_slice(&all[sections[0].clone()])
            .map_err(|_| Damaged("what it says of itself is damaged"))?;
        let index = Self {
            bytes,
            info,
            sections,
        };
        index.names()?;
        index.texts()?;
        Ok(index)
    }

    /// What holds for all of it.
    #[must_use]
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// The file names of libraries.
    ///
    /// # Errors
    /// The table is damaged.
    pub fn names(&self) -> Result<Strings<'_>, Damaged> {
        Strings::new(self.section(1))
    }

    /// All other texts.
    ///
    /// # Errors
    /// The table is damaged.
    pub fn texts(&self) -> Result<Strings<'_>, Damaged> {
        Strings::new(self.section(2))
    }

    /// How many packages there are.
    #[must_use]
    pub fn packages(&self) -> u32 {
        (self.section(3).len() / PACKAGE_SIZE) as u32
    }

    /// The package of this number.
    ///
    /// # Errors
    /// There is none.
    pub fn package(&self, number: u32) -> Result<PackageRecord, Damaged> {
        let damaged = Damaged("it names a package that is not there");
        let record = self.section(3).get(number as usize * PACKAGE_SIZE..);
        let record: &[u8; PACKAGE_SIZE] = record.and_then(|it| it.first_chunk()).ok_or(damaged)?;
        let number = |at| u32_at(record, at).ok_or(damaged);
        let attribute = number(24)?;
        Ok(PackageRecord {
            hash: *record.first_chunk().ok_or(damaged)?,
            name: number(20)?,
            attribute: (attribute != UNKNOWN).then_some(attribute),
            output: number(28)?,
            is_top_level: record[32] != 0,
        })
    }

    /// Who has libraries of the name of this number.
    ///
    /// # Errors
    /// There is no such name.
    pub fn postings(&self, name: u32) -> Result<Postings<'_>, Damaged> {
        let offset = |number: usize| u32_at(self.section(4), number * 4);
        let name = name as usize;
        let list = offset(name)
            .zip(offset(name + 1))
            .and_then(|(start, end)| self.section(5).get(start as usize..end as usize));
        let rest = list.ok_or(Damaged("a list of packages is damaged"))?;
        Ok(Postings { rest, package: 0 })
    }

    fn section(&self, number: usize) -> &[u8] {
        let range = self.sections[number].clone();
        self.bytes.as_ref().get(range).unwrap_or_default()
    }
}

/// The section whose offset and length are at this place, if it is within `bytes`.
fn range(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let start = u32_at(bytes, at)? as usize;
    let end = start.checked_add(u32_at(bytes, at + 4)? as usize)?;
    bytes.get(start..end).map(|_| start..end)
}

/// See [`Compact::postings`]. Ends after an error.
#[derive(Debug)]
pub struct Postings<'a> {
    rest: &'a [u8],
    package: u32,
}

impl Iterator for Postings<'_> {
    type Item = Result<Posting, Damaged>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let posting = self.read();
        if posting.is_none() {
            self.rest = &[];
        }
        Some(posting.ok_or(Damaged("a list of packages is damaged")))
    }
}

impl Postings<'_> {
    #[inline]
    fn read(&mut self) -> Option<Posting> {
        self.package = self.package.checked_add(varint::read(&mut self.rest)?)?;
        let folder = varint::read(&mut self.rest)?;
        let versions = match folder & HAS_VERSIONS {
            0 => None,
            _ => Some(varint::read(&mut self.rest)?),
        };
        Some(Posting {
            package: self.package,
            folder: folder >> 2,
            is_link: folder & IS_LINK != 0,
            versions,
        })
    }
}
