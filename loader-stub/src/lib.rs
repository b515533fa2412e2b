//! The pure half of the stub: everything that can be decided without asking the kernel.
//!
//! It has no state, makes no system call and allocates nothing, so that it is tested on the host and
//! shared with the command-line tool: `ldshim` tells what the stub would do by running this code.

#![no_std]

#[cfg(test)]
extern crate std;

pub mod baked;
pub mod block;
pub mod c_library;
pub mod cache_path;
pub mod changed_stack;
mod changed_value;
pub mod direct;
pub mod elf;
pub mod entry_records;
pub mod env;
pub mod errno;
pub mod identity;
pub mod layout;
pub mod library_path;
pub mod on_demand;
mod output;
pub mod path_buffer;
pub mod pin;
pub mod placement;
pub mod plan;
pub mod scan;
pub mod segment;
pub mod stack;
pub mod symbols;
pub mod texts;
pub mod words;
