//! Other projects' own tests, run with ldshim's programs in the place of theirs.

pub mod patchelf;
