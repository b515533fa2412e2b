//! `ldshim run`, with the real stub, on programs of this host.
//!
//! A program of the host is a foreign one once it runs in a root that lacks the host's loader: its
//! loader is the stub, which finds the real one in a library environment. So these tests work on
//! every Linux that is no NixOS. They need `sh`, `cat`, `ls`, `readlink`, `script`, `unshare`,
//! `setpriv` and `cc`.

mod choosing_libraries;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod isolated_folders;
mod isolation;
mod not_started;
mod passing_through;
mod setup;
mod stub_place;
