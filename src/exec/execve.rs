//! A whole start, from interpreter to interpreter: `exec_binprm` in Linux's `fs/exec.c`.

use std::path::Path;

use super::loaders::Loaders;
use super::refusal::Stop;
use super::step::{MOST_INTERPRETERS, step};

/// Whether the kernel starts the file at `path`.
///
/// # Errors
/// It does not, or that cannot be told.
pub fn execve(path: &Path, loaders: &Loaders) -> Result<(), Stop> {
    let mut path = path.to_owned();
    for depth in 0..=MOST_INTERPRETERS {
        match step(&path, depth, loaders)?.interpreter() {
            Some((interpreter, _)) => path = interpreter,
            None => break,
        }
    }
    Ok(())
}
