//! Asking the real loader whether a file can still be loaded.
//!
//! With LD_TRACE_LOADED_OBJECTS it maps a file and its libraries, says what it has found, and ends before any code of theirs
//! is executed (ld.so(8)).

use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Result, bail};

use crate::elf::{Architecture, identify, interpreter};
use crate::interrupt;
use crate::loader_variables;

/// Asks the loader at hand about a changed file beside the one that it will replace.
///
/// # Errors
/// The loader took the old file, and does not take the new one.
pub(in crate::commands) fn verify(old: &Path, new: &Path) -> Result<()> {
    let Some(loader) = loader(new).or_else(|| loader(old)) else {
        return Ok(());
    };
    // The loader would search for a name without a slash.
    let paths = [old, new].map(std::fs::canonicalize);
    let [Ok(old), Ok(new)] = &paths else {
        return Ok(());
    };
    let ask = |file: &Path| -> Option<Output> {
        let mut command = Command::new(&loader);
        loader_variables::remove(&mut command);
        command.env("LD_TRACE_LOADED_OBJECTS", "1").arg(file);
        interrupt::for_child(&mut command);
        command.stdin(Stdio::null()).output().ok()
    };
    let Some(after) = ask(new).filter(|it| !it.status.success()) else {
        return Ok(());
    };
    // One that could not be loaded before either is not worse now.
    if ask(old).is_some_and(|it| it.status.success()) {
        let said = String::from_utf8_lossy(&after.stderr);
        let said = said.lines().last().unwrap_or("nothing").trim();
        bail!(
            "{}: it is left as it was: {loader} could load it, but not what it would have become ({}, and it says: {said}). \
             Please report this with the file",
            old.display(),
            after.status
        );
    }
    Ok(())
}

/// The loader that a file names, or that libraries like it have, if it is there and glibc's. Others know no such mode, and a
/// stub would start something.
fn loader(file: &Path) -> Option<String> {
    let architecture = Architecture::of(&identify(file).ok()?)?;
    let named = interpreter(file).ok()?;
    let path = named.unwrap_or_else(|| architecture.loader_path.into());
    let is_glibc = path.file_name() == Path::new(architecture.loader_path).file_name();
    let is_there = is_glibc && identify(&path).is_ok_and(|it| architecture.matches(&it));
    let is_own = cfg!(target_arch = "x86_64") && architecture.nix_system.starts_with("x86_64")
        || architecture.nix_system.starts_with(std::env::consts::ARCH);
    (is_there && is_own).then(|| path.to_string_lossy().into_owned())
}
