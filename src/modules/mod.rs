//! The libraries of a tree that a program loads once it has started: extension modules of Python, addons of Node,
//! plugins. What they miss, the program's loader does not find, whatever they bring along themselves.

mod find;
mod missing;

pub use find::{Modules, find};
pub use missing::{Missing, missing};
