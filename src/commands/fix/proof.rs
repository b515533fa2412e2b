//! That what was done helps: by the real loader's word, and by starting the interpreter.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::fix::{Kind, Place};
use crate::modules::Modules;
use crate::pin;

/// Asks the real loader of a pin about the modules that missed something. Returns what it says of those that still do,
/// each with the module's name. What the tree brings is loaded by its path before others ask for it by name.
pub(super) fn of_modules(
    program: &Path,
    directory: &Path,
    asked: &[PathBuf],
    all: &Modules,
) -> Result<Vec<String>> {
    let mut failed = Vec::new();
    let architecture = all
        .architecture
        .context("the modules are of no architecture")?;
    for module in asked.iter().filter(|it| can_be_named(it)) {
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
    Ok(failed)
}

/// Whether the loader can be told to load a file: its list has separators (ld.so(8), `LD_PRELOAD`).
fn can_be_named(module: &Path) -> bool {
    !module
        .as_os_str()
        .as_bytes()
        .iter()
        .any(|it| b" :".contains(it))
}

/// Starts an interpreter that answers to `--version`.
pub(super) fn of_start(place: &Place, entry: &Path) -> Result<()> {
    if place.kind == Kind::Given {
        return Ok(());
    }
    let mut command = Command::new(entry);
    command.arg("--version").stdin(Stdio::null());
    let operation = || {
        format!(
            "{} does not start; `ldshim unfix` gives back what was there",
            entry.display()
        )
    };
    let output = command.output().with_context(operation)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(
        output.status.success(),
        "{}: {} ({})",
        operation(),
        said.trim(),
        output.status
    );
    Ok(())
}
