//! Other projects' own tests, run with ldshim's programs in the place of theirs.

mod checkout;
pub mod nix_ld;
pub mod patchelf;
