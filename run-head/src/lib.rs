//! What the head of a self-unpacking bundle and its writer, the tool, both know: the layout of such a file.
//!
//! ```text
//! the head                an executable, linked statically
//! the payload             an archive of cpio ("newc"), compressed by zstd
//! the index               what is in it: see `index`
//! the footer              where these are: see `footer`
//! ```

#![no_std]

#[cfg(test)]
extern crate std;

pub mod footer;
pub mod index;
