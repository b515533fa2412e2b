//! That what was done helps: by the real loader's word, and by starting the interpreter.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::elf::Architecture;
use crate::fix::{Kind, Place};
use crate::interrupt;
use crate::modules::Modules;
use crate::pin;

/// What the real loader says.
pub(super) struct Proven {
    /// Of how many modules it was asked.
    pub(super) asked: usize,
    /// Of how many it could not be asked.
    pub(super) not_asked: usize,
    /// What it says of those that still miss something, each with the module's name.
    pub(super) failed: Vec<String>,
}

/// Asks the real loader of a pin about modules. What the tree brings is loaded by its path before others ask for it by name.
pub(super) fn of_modules(
    program: &Path,
    directory: &Path,
    architecture: &Architecture,
    modules: &[PathBuf],
    all: &Modules,
) -> Result<Proven> {
    let (asked, others): (Vec<_>, Vec<_>) = modules.iter().partition(|it| can_be_named(it));
    let mut failed = Vec::new();
    for module in &asked {
        let verdict = pin::verify_with(Some(module), program, directory, architecture)?;
        let is_real = |it: &&String| {
            let name = it.strip_suffix(" is missing");
            !name.is_some_and(|name| all.bring(name))
        };
        let problems: Vec<_> = verdict.problems.iter().filter(is_real).cloned().collect();
        if !problems.is_empty() {
            let name = module.file_name().unwrap_or_default().display();
            failed.push(format!("{name}: {}", problems.join(", ")));
        }
    }
    Ok(Proven {
        asked: asked.len(),
        not_asked: others.len(),
        failed,
    })
}

/// Whether the loader can be told to load a file: its list has separators (ld.so(8), `LD_PRELOAD`).
fn can_be_named(module: &Path) -> bool {
    let bytes = module.as_os_str().as_bytes();
    !bytes.iter().any(|it| b" :".contains(it))
}

/// Starts an interpreter of which it is known how to have it do nothing.
pub(super) fn of_start(place: &Place) -> Result<()> {
    let arguments = match place.kind {
        Kind::Venv => ["-c", "pass"],
        Kind::Node => ["-e", "0"],
        Kind::Given => return Ok(()),
    };
    let entry = place.entry();
    let operation = || {
        format!(
            "{} does not start; `ldshim unfix` gives back what was there",
            entry.display()
        )
    };
    let mut command = Command::new(&entry);
    interrupt::for_child(&mut command);
    let output = command.args(arguments).stdin(Stdio::null()).output();
    let output = output.with_context(operation)?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{}: {} ({})",
        operation(),
        said.trim(),
        output.status
    );
    Ok(())
}
