//! `ldshim patch`, and the program patchelf that it is too: on files that the compiler makes and on the machine's own, with
//! real loaders. One module per subject.

mod architectures;
mod command;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod edits;
mod made;
mod needed;
mod patchelf;
mod payload;
mod random;
mod real_files;
mod room;
mod tools;
mod undo;
mod without_sections;
mod writing;
