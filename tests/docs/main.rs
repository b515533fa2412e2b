//! What the documentation shows can be done: its commands exist, its Nix is Nix, its links lead somewhere, and its sessions and its
//! film are what the tool prints.

mod commands;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
#[path = "../programs/fetched.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod fetched;
mod film;
mod ground;
mod links;
#[path = "../common/long_path.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod long_path;
mod nix_files;
#[path = "../common/nix_index.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod nix_index;
#[path = "../common/nixos_like.rs"]
mod nixos_like;
mod output;
mod page;
#[path = "../common/stub_ld.rs"]
mod stub_ld;
#[path = "../common/terminal.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod terminal;

use page::pages;

/// With this variable what the documentation shows is written anew in the place of being compared.
const WRITE: &str = "LDSHIM_DOCS_WRITE";

#[test]
fn there_are_pages_with_commands_and_nix() {
    let blocks: Vec<_> = pages().into_iter().flat_map(|page| page.blocks).collect();
    let count = |language: &str| blocks.iter().filter(|it| it.language == language).count();
    assert!(count("nix") > 5);
    assert!(count("") > 10);
}
