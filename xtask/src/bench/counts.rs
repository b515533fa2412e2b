//! What can be counted exactly.

use std::fs::File;
use std::process::Command;

use anyhow::{Context, Result};
use ldshim::elf;

use super::program::Program;
use super::trace;
use super::variant::Variant;

/// The instructions that are executed before the program's entry point.
pub fn instructions(variant: &Variant, program: &Program) -> u64 {
    trace::instructions_to_entry(&mut command(variant, program))
}

/// The system calls of the loader at the program's interpreter path itself, before any other code
/// makes one.
///
/// # Errors
/// The loader cannot be examined.
pub fn own_syscalls(variant: &Variant, program: &Program) -> Result<usize> {
    let file = File::open(&variant.loader)
        .with_context(|| format!("cannot open {}", variant.loader.display()))?;
    let segments = elf::segments(&file, &elf::identify(&variant.loader)?)?;
    let ends = segments
        .iter()
        .map(|segment| segment.address + segment.memory_size);
    let size = ends.max().unwrap_or_default();
    Ok(trace::loaders_own_syscalls(&mut command(variant, program), size).len())
}

/// How often something tries to open a file that does not exist.
pub fn failing_opens(variant: &Variant, program: &Program) -> u64 {
    trace::failing_opens(&mut command(variant, program))
}

fn command(variant: &Variant, program: &Program) -> Command {
    let mut command = Command::new(program.words[0]);
    command
        .args(&program.words[1..])
        .env_clear()
        .envs(variant.environment(program));
    variant.root.apply_to(&mut command, "/tmp");
    command
}
