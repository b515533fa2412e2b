//! The parts of the benchmark.
//!
//! What is compared are loaders. Each has a root of its own, like that of NixOS, in which it is at the
//! path that every x86-64 program asks for; so all of them start the very same files. One process per
//! root starts the programs and takes the time, and the processes take turns, start by start.

pub mod bundle;
pub mod counts;
pub mod explain;
pub mod index;
#[allow(dead_code, reason = "shared with tests that call other parts of it")]
#[path = "../../tests/common/long_path.rs"]
mod long_path;
pub mod many_libraries;
pub mod measure;
pub mod messages;
#[allow(dead_code, reason = "shared with tests that call other parts of it")]
#[path = "../../tests/common/nix_index.rs"]
mod nix_index;
mod nixpkgs_like;
pub mod patch;
mod pins;
pub mod program;
pub mod starter;
pub mod table;
#[allow(dead_code, reason = "shared with tests that call other parts of it")]
#[path = "../../tests/common/trace.rs"]
mod trace;
pub mod variant;
