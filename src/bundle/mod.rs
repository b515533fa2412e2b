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

mod manifest;
pub mod needs;
mod place;
mod setting;

pub use manifest::{File, FileKind, Manifest, Program, Start};
pub use place::place;
pub use setting::{Choice, ROOT, Setting};
