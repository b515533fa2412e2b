//! The machine: one file per architecture has `_start`, the first instruction, which calls [`crate::start`] with the initial
//! stack. System calls and memory are those of the stub.

#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "riscv64", path = "riscv64.rs")]
#[cfg_attr(target_arch = "x86", path = "x86.rs")]
mod machine;

#[path = "../../../loader-stub/src/arch/instructions/mod.rs"]
#[allow(dead_code, reason = "the stub clears pages, this program does not")]
mod instructions;

pub(crate) use instructions::*;
