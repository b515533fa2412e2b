//! `ldshim doctor` in systems of all kinds: roots in namespaces, with a stub at the loader's place or something else.
//!
//! ldshim is started there by a real loader of the store, so that it runs whatever is at that place. Each check is seen to
//! find what is wrong, and to find nothing where nothing is.

mod answers;
mod broken_lines;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod harmless;
mod index;
mod libraries;
mod library_path;
mod loader_variables;
mod loaders;
mod messages;
mod messages_of_loaders;
#[path = "../common/nix_index.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod nix_index;
mod odd_lines;
mod pins;
mod places;
mod plan;
mod rows;
mod speakers;
#[path = "../common/stub_ld.rs"]
mod stub_ld;
mod surroundings;
mod system;
mod variables;
