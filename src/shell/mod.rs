//! `ldshim shell`: a Nix file with the libraries that programs need.
//!
//! [`needs()`] says which libraries those are, [`crate::choice`] which packages have them, and [`nix_file()`] writes
//! the file. Whatever comes out of a program or an index (names, attributes) is quoted where it is Nix, and has no line
//! breaks where it is a comment.

mod attribute;
mod needs;
mod nix_file;

pub use attribute::attribute_path;
pub use needs::{Scope, Unsuitable, may_load, needs};
pub use nix_file::{Format, Listing, Package, Unprovided, nix_file};
