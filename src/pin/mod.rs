//! Pins: the libraries that one program gets.

pub mod choice;
