//! The changes of a file, as they are to be written.

/// What has to be written to make edits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Bytes and where they go. They overlap nowhere, and each differs from what was there.
    pub writes: Vec<Write>,
    /// The size of the file before, in bytes.
    pub size: u64,
    /// The size of the file afterwards, in bytes.
    pub length: u64,
    /// Rows of tables that are moved on by a few bytes; what is written says the same.
    pub slides: Vec<Slide>,
    /// Where room was found, for people.
    pub steps: Vec<String>,
    /// An undo record to be kept elsewhere.
    pub record: Option<Vec<u8>>,
    /// Whether there is no undo record because a program may look behind the end of its file.
    pub is_final: bool,
}

impl Plan {
    /// Whether nothing has to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.size == self.length
    }
}

/// Bytes that are written to a place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Where, from the beginning of the file.
    pub offset: u64,
    /// What.
    pub bytes: Vec<u8>,
}

/// A row of pieces that was moved on by a few bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slide {
    /// Where in the file it began.
    pub from: u64,
    /// How many bytes it has.
    pub size: u64,
    /// How many bytes it was moved on.
    pub by: u64,
}
