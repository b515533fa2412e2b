//! Programs.

pub mod with_loader;
pub mod with_loader_large;
pub mod without_loader;
