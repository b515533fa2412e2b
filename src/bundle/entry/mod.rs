//! The entry, which starts a bundled program: its file, and what it is told.
//!
//! The code is `loader-stub/src/entry.rs`, the format of what it is told `loader_stub::entry_records`.

mod file;
mod records;

pub use file::{EntryFile, Start};
pub use records::Orders;
