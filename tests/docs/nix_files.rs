//! Nix in the pages: it can be parsed.

use std::process::Command;

use super::page::pages;

fn parses(text: &str) -> Result<(), String> {
    let mut command = Command::new("nix-instantiate");
    let output = command.args(["--parse", "-E", text]).output();
    let output = output.expect("nix-instantiate; `cargo xtask fetch` installs it");
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

#[test]
fn each_block_of_nix_can_be_parsed() {
    for page in pages() {
        for block in page.blocks.iter().filter(|it| it.language == "nix") {
            // A line of a configuration stands for the whole of it.
            // What it names is somebody else's: `with` has Nix look for it later.
            let whole = parses(&format!("with {{ }}; {}", block.text))
                .or_else(|_| parses(&format!("with {{ }}; {{ {} }}", block.text)));
            if let Err(error) = whole {
                panic!("{}:{}: {error}", page.path.display(), block.line);
            }
        }
    }
}

#[test]
fn what_is_no_nix_is_noticed() {
    assert!(parses("{ a = ; }").is_err());
}
