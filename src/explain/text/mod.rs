//! Reports for people. Colours are in the text; whoever prints it takes them out where it is no
//! terminal that they are for.

mod branches;
mod problem;
mod report;
mod searches;
mod tree;

pub(crate) use problem::{advice, problem_text};
pub use report::report;
pub use tree::tree;
