//! Walking a tree of files: which files there are below a directory, and which of them are programs and libraries.
//!
//! Links are not followed: what they lead to is in the tree under its own name, or is not of the tree.

mod elf_file;
mod walk;

pub use elf_file::{is_elf, is_program_or_library};
pub use walk::{Files, entries, files};
