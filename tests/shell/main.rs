//! `ldshim shell`: the Nix files that it writes have the format of nixfmt, parse, and evaluate to what they should.
//!
//! There is no nixpkgs here; tests/nixos/nixpkgs has stand-ins with the same names.

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod errors;
mod files;
mod hostile;
mod needs;
#[path = "../nixos/nix.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod nix;
#[path = "../common/nix_index.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod nix_index;
mod scripts;
mod user;
