//! Programs that run on any distribution: a folder with a program and all that it needs.
//!
//! A bundle looks like this, and nothing in it depends on where it is:
//!
//! ```text
//! bin/NAME           links to the programs
//! lib/ld.so          the real loader, which knows no other directories
//! lib/lib*.so*       the libraries of the programs
//! store/HASH-NAME/   what comes from /nix/store/HASH-NAME, each file at the same path below
//! root/              what comes from elsewhere, each file at its path below /
//! bundle.json        what is in it, and why
//! ```

pub mod archive;
pub mod at_store;
pub mod check;
mod closure;
mod contents;
mod double_quotes;
mod entry;
mod hash;
mod host;
mod kind;
pub mod learn;
mod list;
mod loader_copy;
mod make;
mod manifest;
pub mod needs;
pub mod papers;
mod place;
mod read;
mod setting;
mod way;
mod write;

pub use contents::{Contents, Make, Wanted};
pub use host::HostLibraries;
pub use list::list;
pub use make::Maker;
pub use manifest::{File, FileKind, Manifest, Program, Start};
pub use place::place;
pub use read::{parse, read};
pub use setting::{Choice, ROOT, Setting};
pub use write::{New, Summary, check_target};
