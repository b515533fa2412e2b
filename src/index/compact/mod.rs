//! The file of an index: small, sorted, and used as it lies in memory.
//!
//! Numbers are little-endian. A *varint* has 7 bits in each byte, the lowest first; all bytes but the
//! last have their highest bit set.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `ldshimix` |
//! | 8 | 4 | version of the format, 1 |
//! | 12 | 6 * 8 | offset and length of each section, in the order below (4 bytes each) |
//!
//! | section | content |
//! |---|---|
//! | info | [`Info`], JSON |
//! | names | the file names of libraries, a string table |
//! | texts | all other texts, a string table: folders, names of store paths, attributes, outputs, lists of versions (joined by newlines) |
//! | packages | records of 33 bytes: the store path's hash (20), its name, attribute and output (numbers of texts, 4 bytes each; the attribute may be `u32::MAX`: unknown), 1 if attribute and output name just this store path, else 0 |
//! | lists | for each name, in order, where its postings begin in the next section (4 bytes); and where the last ones end |
//! | postings | who has a library of this name: see below |
//!
//! A string table is the count of its strings (4 bytes), the offsets of its blocks behind the last
//! offset (4 bytes each), then the blocks. A block has 8 strings, the last one fewer. They are sorted by
//! their bytes and numbered from 0. A string is two varints, how many bytes it has from the start of the
//! string before in its block (0 for the first), and how many of its own; then these.
//!
//! A posting is a varint, how much greater the package's number is than that of the posting before; a
//! varint of which bit 0 says that it is a link into another store path, bit 1 that versions are known,
//! and the rest is the number of the folder; and if versions are known, a varint, their number.
//!
//! An index of all of nixpkgs takes a few MiB: about 33 bytes a package, 8 a name, 5 a posting, and texts.
//! Nothing in the file is believed: whatever points outside of it is [`Damaged`].

mod builder;
mod file;
mod strings;
mod varint;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use builder::{Builder, NewPackage};
pub use file::{Compact, PackageRecord, Posting};
pub use strings::Strings;

const MAGIC: &[u8; 8] = b"ldshimix";
const VERSION: u32 = 1;
const SECTIONS: usize = 6;
const HEADER_SIZE: usize = 12 + SECTIONS * 8;

/// The size of a package's record.
const PACKAGE_SIZE: usize = 33;
/// In place of an attribute's number
const UNKNOWN: u32 = u32::MAX;

const IS_LINK: u32 = 1;
const HAS_VERSIONS: u32 = 2;

/// What holds for a whole index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// The directory of all store paths.
    pub store: String,
    /// The revision of nixpkgs, if it is known.
    pub revision: Option<String>,
    /// For which system the packages are, as Nix names it, if it is known.
    #[serde(default)]
    pub system: Option<String>,
}

/// What is wrong with a file of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged(&'static str);

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Damaged {}
