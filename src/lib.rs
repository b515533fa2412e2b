//! The library behind the command-line tool `ldshim`.
//!
//! ARCHITECTURE.md has the map; the words used here are defined there.

pub mod autopatch;
mod bar;
pub mod bare_env;
pub mod bundle;
pub mod calendar;
pub mod choice;
pub mod cli;
pub mod commands;
pub mod doctor;
pub mod drivers;
pub mod elf;
pub mod exec;
pub mod explain;
pub mod file_kind;
pub mod fix;
pub mod freeze;
pub mod host_env;
pub mod index;
mod interrupt;
pub mod launcher;
pub mod ldconfig;
pub mod library_env;
pub mod loader_cache;
mod loader_variables;
pub mod modules;
pub mod nix;
pub mod own_tree;
pub mod parallel;
pub mod pin;
pub mod presets;
pub mod printable;
pub mod resolver;
pub mod sandbox;
pub mod shell;
pub mod stub_file;
mod style;
pub mod surgery;
pub mod terminal;
pub mod tree;
pub mod watch;
mod whole_file;
