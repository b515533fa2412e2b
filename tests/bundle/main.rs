//! `ldshim bundle`: programs that are made here, bundled, moved, and started in all kinds of ways.

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;

mod closure;
mod folder;
mod inside;
mod interrupts;
mod launcher;
mod learn;
mod loader;
mod made;
mod mistakes;
mod musl;
mod needs;
#[path = "../common/own_mounts.rs"]
mod own_mounts;
mod starts;
mod stored;
#[path = "../common/terminal.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod terminal;
mod tools;
mod wrappers;
