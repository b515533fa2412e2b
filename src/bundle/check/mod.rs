//! Whether a bundle takes anything from outside: it is run where there is no /nix, and watched.
//!
//! The program runs once as it is on this system, if it still is there, and once in a root of each of several [`Shape`]s. The
//! roots lure it: where other distributions have their libraries, there are libraries of the names that are in the bundle.

mod compare;
mod finding;
mod input;
mod lures;
mod root;
mod shape;
mod shell;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Manifest;
use crate::watch::{self, Ending, Watched};

pub use finding::{Cause, Finding};
pub use shape::{SHAPES, Shape};

use compare::Comparison;
use input::Input;
use shell::Shell;

/// What is run.
#[derive(Debug)]
pub struct Run<'a> {
    /// The bundle's folder, by a real path.
    pub bundle: &'a Path,
    /// What is in it.
    pub manifest: &'a Manifest,
    /// The name of the program.
    pub program: &'a str,
    /// Its arguments.
    pub arguments: &'a [std::ffi::OsString],
}

/// The result of one root.
#[derive(Debug)]
pub struct Checked {
    /// How the program ended there.
    pub ending: Ending,
    /// How many files were opened, executed or looked for.
    pub looks: usize,
    /// What was taken from outside, or missed; each thing once.
    pub findings: Vec<Finding>,
}

/// The program as it is on this system.
#[derive(Debug)]
pub struct Original {
    watched: Watched,
}

impl Original {
    /// How it ended.
    #[must_use]
    pub fn ending(&self) -> Ending {
        self.watched.ending
    }
}

/// A check that is under way.
#[derive(Debug)]
pub struct Check<'a> {
    run: Run<'a>,
    input: Input,
    shell: Shell,
}

impl<'a> Check<'a> {
    /// Reads standard input, which each run of the program gets anew, and makes the shell of the roots in this folder.
    ///
    /// # Errors
    /// The bundle has no such program, standard input cannot be kept, or this system's shell cannot be copied.
    pub fn new(run: Run<'a>, folder: &Path) -> Result<Self> {
        run.program()?;
        let input = Input::keep()?;
        let shell = Shell::new(folder)?;
        Ok(Self { run, input, shell })
    }

    /// The program's file as it is on this system. None if it is gone, or the bundle does not say where it was.
    ///
    /// # Errors
    /// The bundle has no such program.
    pub fn original_file(&self) -> Result<Option<PathBuf>> {
        self.run.original_file()
    }

    /// Runs the program as it is on this system, by its [`Self::original_file`]. It was named by whoever wrote the bundle: say
    /// before which one is run.
    ///
    /// # Errors
    /// It cannot be started or watched.
    pub fn run_original(&self, file: &Path) -> Result<Original> {
        let mut command = self.command(file)?;
        root::host()?.apply_to(&mut command, root::current_folder());
        let watched = watch::watch(&mut command)?;
        Ok(Original { watched })
    }

    /// Runs the program in a root of this shape.
    ///
    /// # Errors
    /// It cannot be started or watched.
    pub fn run_in(&self, shape: &Shape, original: Option<&Original>) -> Result<Checked> {
        let mut command =
            self.command(&Path::new(root::PLACE).join("bin").join(self.run.program))?;
        let root = root::of(shape, self.run.bundle, self.run.manifest)?;
        self.shell
            .add_to(root)
            .apply_to(&mut command, root::current_folder());
        let watched = watch::watch(&mut command)?;
        let comparison = Comparison {
            place: Path::new(root::PLACE),
            manifest: self.run.manifest,
            original: original.map(|it| &it.watched),
            work: &root::work(),
        };
        Ok(Checked {
            ending: watched.ending,
            looks: watched.seen.len(),
            findings: comparison.findings(&watched),
        })
    }

    fn command(&self, program: &Path) -> Result<Command> {
        let mut command = Command::new(program);
        command.args(self.run.arguments).stdin(self.input.again()?);
        root::set_environment(&mut command);
        Ok(command)
    }
}

impl Run<'_> {
    fn program(&self) -> Result<&super::Program> {
        let mut programs = self.manifest.programs.iter();
        programs
            .find(|it| it.name == self.program)
            .with_context(|| {
                let names = self.manifest.programs.iter().map(|it| it.name.as_str());
                format!(
                    "{} has no program {}; it has {}",
                    self.bundle.display(),
                    self.program,
                    names.collect::<Vec<_>>().join(", ")
                )
            })
    }

    /// What was asked for when the bundle was made, or else the file that the program was made of, if it is there. No path that
    /// means something else in each folder.
    fn original_file(&self) -> Result<Option<PathBuf>> {
        let program = self.program()?;
        let mut files = self.manifest.files.iter();
        let file = files.find(|it| it.place == program.place);
        let source = file.and_then(|it| it.source.clone());
        let original = program.original.clone().or(source);
        Ok(original.filter(|it| it.is_absolute() && it.is_file()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn the_original_is_a_file_by_an_absolute_path() {
        // cargo runs tests in the package's folder.
        let relative = Path::new("Cargo.toml");
        let absolute = std::path::absolute(relative).unwrap();
        let gone = absolute.join("gone");
        for (source, is_run) in [(relative, false), (&absolute, true), (&gone, false)] {
            let file = serde_json::json!({
                "place": "bin/a", "source": source, "why": "",
                "file": {"size": 0, "executable": true, "sha256": ""},
            });
            let manifest = serde_json::json!({
                "version": 1, "name": "a", "release": "1", "system": "x86_64-linux",
                "files": [file],
                "programs": [{"name": "a", "place": "bin/a", "start": "script"}],
            });
            let run = Run {
                bundle: Path::new("/"),
                manifest: &read::parse(manifest.to_string().as_bytes()).unwrap(),
                program: "a",
                arguments: &[],
            };
            let expected = is_run.then(|| source.to_owned());
            assert_eq!(run.original_file().unwrap(), expected);
        }
    }
}
