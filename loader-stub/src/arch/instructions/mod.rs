//! What a program without a C library needs of the machine: one file per architecture, with the same names in each.
//! The head of bundles that unpack themselves has them too (`run-head/src/main.rs`).
//!
//! - `syscall`: six arguments, the kernel's raw answer
//! - `copy_bytes`, `fill_bytes`, `clear_words`: memory, by instructions that the compiler leaves alone

#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "x86", path = "x86.rs")]
mod machine;

pub(crate) use machine::*;
