//! Changing ELF files without breaking them.
//!
//! [`plan()`] takes a list of edits and says which bytes have to be written where: all edits of a file are planned together,
//! and written once. It looks for room before it makes room, and moves only what nothing but headers and dynamic table
//! knows the place of.

mod build_id;
mod cache_note;
mod changes;
mod edits;
mod encoding;
mod facts;
mod header_tables;
mod headers;
mod inside;
mod layout;
mod object;
mod overlay;
mod patchelf;
mod pieces;
mod plan;
mod prepared_loader;
mod rename;
mod replace;
mod resolution_cache;
mod rooms;
mod shrink;
mod strings;
mod stripped;
mod tables;
mod undo;
mod wanted;

pub use changes::{Plan, Slide, Write};
pub use edits::{Edit, SearchPathChange};
pub use facts::{Facts, facts};
pub use inside::{Seat, with_longer_image};
pub use patchelf::check_like_patchelf;
pub use plan::{Options, Undo, plan};
pub use prepared_loader::{Unprepared, prepared_loader};
pub use replace::{apply, has_other_links, replace, write_to};
pub use resolution_cache::resolution_cache;
pub use shrink::shrunk;
pub use strings::StringRoom;
pub use stripped::stripped;
pub use undo::{has_undo_record, undo};
