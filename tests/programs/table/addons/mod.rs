//! Addons of Node.js, by what they are for.

pub mod code;
pub mod machine;
