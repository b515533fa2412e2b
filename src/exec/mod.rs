//! Whether the kernel starts a file: what execve(2) makes of it, by the kernel's own rules.
//!
//! [`step()`] is one round of `exec_binprm` in Linux's `fs/exec.c`: the file is opened to be executed (`open`), and
//! whoever knows its first bytes takes it: a rule of binfmt_misc (`rules`), scripts (`script`), ELF (`program`, then
//! `memory`). Each file here names the kernel's file that it follows. [`execve()`] goes on from interpreter to
//! interpreter, as the kernel does, and [`search()`] is execvp(3) around it. Nothing is executed.
//!
//! Not followed: what depends on the process that starts, such as its limits. Security modules, and files that are open for
//! writing, are asked about where the kernel answers.

mod execve;
mod loaders;
mod machines;
mod memory;
mod open;
mod program;
mod refusal;
mod rules;
mod script;
mod search;
mod step;
mod text;

pub use execve::execve;
pub use loaders::Loaders;
pub use open::{is_noexec, noexec_mount};
pub use refusal::{End, Reason, Refusal, Role, Stop};
pub use rules::{Rule, rules};
pub use script::Line;
pub use search::search;
pub use step::{MOST_INTERPRETERS, Next, step, step_of_executable};

/// The most links that the kernel follows in one path: `MAXSYMLINKS` of include/linux/namei.h.
pub const MOST_LINKS: usize = 40;
