//! The parts of the demo: where the program runs, and how it is told.

pub mod ground;
pub mod narrator;
