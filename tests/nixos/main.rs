//! The Nix files: that they are well formed, that the module and the flake evaluate, and that what they describe can be
//! built. One module per subject.
//!
//! There is no nixpkgs here. `nixpkgs/` has stand-ins with the same names: a lib, packages made of Debian's, and the
//! options of NixOS that the module has to do with. Builds are made with what this machine has, in its own Nix store, as
//! root or by Nix' daemon.
//!
//! `cargo xtask test nixos --modules PATH` names a checkout of nixpkgs (in `LDSHIM_TEST_NIXPKGS`). Then its lib takes the
//! place of the stand-in, and those of its modules that `modules.json` lists; and `real_nixpkgs` is tried besides.

mod bundle;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod configurations;
mod configured_stub;
mod files;
mod flake;
mod index;
mod library_environment;
mod mistakes;
mod nix;
#[path = "../common/nix_index.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod nix_index;
mod options;
mod package;
mod real_nixpkgs;
mod with_libraries;
