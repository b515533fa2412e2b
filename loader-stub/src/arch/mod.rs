//! The machine: one file per architecture, with the same names in each. Callers contain no `cfg`.
//!
//! - `_start`: the first instruction; calls [`crate::start::start`] with the initial stack
//! - `jump`: puts the stack pointer to an initial stack and goes on at an address, for good
//! - `on_lower_stack`: calls a function with memory between the caller's frame and its own
//! - `trampoline`: the program's entry point as the loader sees it in the environment plan
//! - `syscall`: six arguments, the kernel's raw answer
//! - `copy_bytes`, `fill_bytes`, `clear_words`: memory, by instructions that the compiler leaves alone
//! - `RELATIVE`: the type of the only relocation that the stub may have

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::*;
