//! The index: which packages have which shared libraries.
//!
//! It is two files of one format ([`compact`]) in `~/.cache/ldshim/index`. `nixpkgs` is made of a
//! database of nix-index ([`nix_index`]) by [`import()`]; `local` holds store paths of this machine,
//! with the symbol versions of their libraries, by [`local::add`]. [`Index`] answers from both. A system may have a
//! `nixpkgs` for all its users, which counts where it is newer.

mod absence;
pub mod compact;
mod date;
mod import;
mod json;
mod library_name;
pub mod local;
mod lookup;
pub mod nix_index;
mod pattern;
mod place;
mod provider;
mod query;
mod rank;
mod sources;
mod store_path;
mod write;

pub use absence::Absence;
pub use date::{date, days_since};
pub use import::{Imported, convert, convert_entries, import};
pub use lookup::Index;
pub use pattern::Pattern;
pub use place::{Place, default_database};
pub use provider::{Provider, Source};
pub use query::Query;
pub(crate) use rank::is_namesake;
pub use sources::{FROM_VARIABLE, Named, PUBLISHED_SIZE, on_this_machine, published};

/// What users who have no index can do, for messages.
pub const HOW_TO_GET_ONE: &str = "\
There is no index of libraries yet. To get one (48 MB, once): ldshim index update
`ldshim index import FILE` takes a database of nix-index that you have.
`ldshim index add STORE_PATH` adds store paths of this machine.";

#[cfg(test)]
#[allow(dead_code, reason = "shared with tests that call other parts of it")]
#[path = "../../tests/common/nix_index.rs"]
mod database;
#[cfg(test)]
mod tests;
