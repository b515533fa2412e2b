//! The machine: one file per architecture, with the same names in each.
//!
//! - `_start`: the first instruction; calls [`crate::start`] with the initial stack
//! - `syscall`: six arguments, the kernel's raw answer

#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "x86", path = "x86.rs")]
mod machine;

pub(crate) use machine::*;
