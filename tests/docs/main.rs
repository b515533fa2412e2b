//! What the documentation shows can be done: its commands exist, its Nix is Nix, its links lead somewhere. What `ldshim doctor
//! --message` prints is compared in `tests/doctor/answers.rs`; what other commands print is not compared.

mod commands;
mod links;
mod nix;
mod page;

use page::pages;

#[test]
fn there_are_pages_with_commands_and_nix() {
    let blocks: Vec<_> = pages().into_iter().flat_map(|page| page.blocks).collect();
    let count = |language: &str| blocks.iter().filter(|it| it.language == language).count();
    assert!(count("nix") > 5);
    assert!(count("") > 10);
}
