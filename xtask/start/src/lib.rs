//! What has to be on a machine before a task of `cargo xtask` is compiled and run, and how to get it there.

pub mod advice;
pub mod apt;
pub mod caller;
pub mod components;
pub mod nix_store;
pub mod prerequisites;
pub mod process;
pub mod retry;
pub mod suite_of_tests;
pub mod tasks;

/// Whether a task may install or download anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// It may.
    Allowed,
    /// It must do with what is there.
    Forbidden,
}
