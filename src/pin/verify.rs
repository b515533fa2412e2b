//! Asking the real loader whether a program finds all its libraries in a pin.
//!
//! With LD_TRACE_LOADED_OBJECTS it loads everything as at a start, prints what it has found and what not, and ends,
//! before any code of the program or of a library is executed (ld.so(8)). Its option `--list` does the same, but ends
//! at the first library that is missing.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::elf::Architecture;
use crate::library_env::{LOADER_NAME, original_loader};
use crate::{interrupt, loader_variables, stub_file};

/// What the real loader has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What is wrong, for people; empty if nothing is.
    pub problems: Vec<String>,
}

impl Verdict {
    /// Whether the program finds everything.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.problems.is_empty()
    }

    /// That something else than a library is wrong.
    pub(super) fn of_problem(error: &anyhow::Error) -> Self {
        let problems = vec![format!("{error:#}")];
        Self { problems }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            0 => f.write_str("the real loader finds all libraries"),
            _ => write!(f, "the real loader says: {}", self.problems.join(", ")),
        }
    }
}

/// Asks the real loader of the library environment `directory`: through the stub, if there is one for this
/// architecture beside ldshim or in LDSHIM_STUB, else by itself.
///
/// # Errors
/// Neither can be started.
pub fn verify(program: &Path, directory: &Path, architecture: &Architecture) -> Result<Verdict> {
    verify_with(None, program, directory, architecture)
}

/// The same for a program that loads a module, which has no character in its path that separates the names of libraries.
///
/// # Errors
/// As of [`verify`].
pub fn verify_with(
    module: Option<&Path>,
    program: &Path,
    directory: &Path,
    architecture: &Architecture,
) -> Result<Verdict> {
    let loader = directory.join(LOADER_NAME);
    let mut command = match stub_file::installed(architecture) {
        Some(stub) => {
            let mut command = Command::new(stub);
            command.env("NIX_LD", &loader);
            command.env("NIX_LD_LIBRARY_PATH", directory);
            command
        }
        None => {
            // A prepared one would look into the pin that it is prepared for as well.
            let original = original_loader(&loader);
            let original = original.with_context(|| format!("cannot use {}", loader.display()))?;
            let mut command = Command::new(original);
            command.arg("--library-path").arg(directory);
            command
        }
    };
    let system = architecture.nix_system.replace('-', "_");
    for name in ["NIX_LD", "NIX_LD_LIBRARY_PATH"] {
        command.env_remove(format!("{name}_{system}"));
    }
    // What a user's loader finds elsewhere is not in the pin.
    loader_variables::remove(&mut command);
    if let Some(module) = module {
        command.env("LD_PRELOAD", module);
    }
    // Neither the older pin nor one that is made meanwhile is to answer for this one.
    command.env("XDG_STATE_HOME", directory);
    command
        .env("NIX_LD_ON_DEMAND", "0")
        .env_remove("NIX_LD_LOG");
    command.env("LD_TRACE_LOADED_OBJECTS", "1").arg(program);
    interrupt::for_child(&mut command);
    let output = command
        .output()
        .with_context(|| format!("cannot start {}", loader.display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = text(&output.stdout) + &text(&output.stderr);
    let mut problems = problems(&said);
    if problems.is_empty() && !output.status.success() {
        let last = said.lines().last().map(str::trim).unwrap_or_default();
        problems.push(format!("{last} ({})", output.status));
    }
    Ok(Verdict { problems })
}

/// What is wrong by what a loader prints.
fn problems(said: &str) -> Vec<String> {
    let problem = |line: &str| {
        let line = line.trim();
        if let Some((name, _)) = line.split_once(" => not found") {
            return Some(format!("{name} is missing"));
        }
        // So the loader says it of what is preloaded, and goes on.
        if let Some((_, said)) = line.split_once("from LD_PRELOAD cannot be preloaded (") {
            return Some(said.trim_end_matches("): ignored.").to_owned());
        }
        let is_version = line.contains(": version `") && line.contains(" not found ");
        let is_error = line.contains("error while loading shared libraries: ");
        (is_version || is_error).then(|| line.to_owned())
    };
    let found: BTreeSet<_> = said.lines().filter_map(problem).collect();
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_loader_does_not_find_is_a_problem() {
        let said = "\tlinux-vdso.so.1 (0x00007ffc)\n\tliba.so => not found\n\tlibc.so.6 => /c/libc.so.6 (0x1)\n\
                    ./p: /c/libc.so.6: version `GLIBC_9.9' not found (required by ./p)\n\tliba.so => not found\n";
        let expected = [
            "./p: /c/libc.so.6: version `GLIBC_9.9' not found (required by ./p)",
            "liba.so is missing",
        ];
        assert_eq!(problems(said), expected);
        assert_eq!(problems("\tlibc.so.6 => /c/libc.so.6 (0x1)\n"), [""; 0]);
    }
}
