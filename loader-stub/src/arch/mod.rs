//! The machine: one file per architecture, with the same names in each. Callers contain no `cfg`.
//!
//! - `_start`: the first instruction; calls [`crate::start::start`] with the initial stack
//! - `jump`: puts the stack pointer to an initial stack and goes on at an address, for good
//! - `on_lower_stack`: calls a function with memory between the caller's frame and its own
//! - `trampoline`: the program's entry point as the loader sees it in the environment plan
//! - `MMAP`: how pages are mapped
//! - `RELATIVE`: the type of the only relocation that the stub may have
//! - [`instructions`]: system calls, and memory

#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "x86", path = "x86.rs")]
mod machine;

mod instructions;

/// What is done for debuggers and for valgrind, which is nothing on most machines.
#[cfg_attr(target_arch = "x86_64", path = "tools_x86_64.rs")]
#[cfg_attr(not(target_arch = "x86_64"), path = "tools_none.rs")]
pub(crate) mod tools;

pub(crate) use instructions::*;
pub(crate) use machine::*;
