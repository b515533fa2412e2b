//! Modules of Python, by what they are for.

pub mod machine;
pub mod pictures;
pub mod science;
pub mod services;
pub mod text;
