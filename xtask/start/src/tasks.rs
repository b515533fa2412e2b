//! What each task needs of the machine.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::prerequisites::{
    self, ALL, COMPILERS, CROSS, GLIBC_SOURCE, MACHINE, NPM, PEERS, PYPI, Prerequisite, SCREEN,
    STORE, Store,
};
use crate::{Network, components, nix_store, suite_of_tests};

/// A task as it was called: `demo --offline`.
pub struct Call {
    /// Its name; empty if there is none.
    pub task: String,
    /// What it is to do only, as `bundles` of `test bundles`; empty if that is not said.
    only: String,
    flags: Vec<String>,
}

impl Call {
    /// What the arguments of `cargo xtask` say.
    pub fn new(arguments: impl IntoIterator<Item = String>) -> Self {
        let (flags, words): (Vec<_>, Vec<_>) = arguments
            .into_iter()
            .partition(|word| word.starts_with('-'));
        let mut words = words.into_iter();
        let mut word = || words.next().unwrap_or_default();
        let (task, only) = (word(), word());
        Self { task, only, flags }
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|one| one == flag)
    }

    /// What `--offline` says.
    pub fn network(&self) -> Network {
        if self.has("--offline") {
            Network::Forbidden
        } else {
            Network::Allowed
        }
    }

    /// Makes sure that the machine has what the task needs, as far as it is known before the task itself runs.
    ///
    /// # Errors
    /// Something is missing and cannot be installed, or the task cannot run on this system.
    pub fn prepare(&self, target: &Path) -> Result<()> {
        if self.has("--help") || self.has("-h") {
            return Ok(());
        }
        match self.task.as_str() {
            // The demo asks nobody to make a Nix store for it.
            "demo" => self.ensure(&of_demo(target), Store::Unused),
            "test" => {
                suite_of_tests::ensure(&self.task)?;
                components::ensure()?;
                self.ensure(&self.of_tests(), Store::Writable)
            }
            "fetch" => {
                suite_of_tests::ensure(&self.task)?;
                self.ensure(&self.of_tests(), Store::Writable)
            }
            "film" => {
                suite_of_tests::ensure(&self.task)?;
                self.ensure(&[COMPILERS, PYPI, STORE], Store::Writable)
            }
            "vm" => self.ensure(&[COMPILERS, PYPI, STORE, MACHINE, CROSS], Store::Writable),
            "peers" => self.ensure(&[COMPILERS, PYPI, NPM, PEERS], Store::Unused),
            "bench" if self.has("--index") => Ok(()),
            "bench" if self.has("--patch") => self.ensure(&[COMPILERS, PYPI, NPM], Store::Unused),
            "bench" => self.ensure(&[COMPILERS, PYPI, STORE], Store::Writable),
            _ => Ok(()),
        }
    }

    fn ensure(&self, groups: &[&[Prerequisite]], store: Store) -> Result<()> {
        prerequisites::ensure(&self.task, groups, store, self.network())
    }

    fn of_tests(&self) -> Vec<&'static [Prerequisite]> {
        let mut groups = ALL.to_vec();
        if self.has("--store-glibc") {
            groups.push(GLIBC_SOURCE);
        }
        if self.only == "bundles" {
            groups.push(SCREEN);
        }
        groups
    }
}

/// Whoever has something already needs nothing to fetch it with. Who may not write to a Nix store, or has no packages to
/// make it of, sees the demo with the machine's own libraries.
fn of_demo(target: &Path) -> Vec<&'static [Prerequisite]> {
    let mut groups = Vec::new();
    if !has_program(target, "node") {
        groups.push(PYPI);
    }
    let has_store = target.join("demo/packages/libc6").exists();
    if !has_store && prerequisites::has_apt() && nix_store::is_writable() {
        groups.push(STORE);
    }
    groups
}

/// Whether a program of this name has been fetched, in whatever version.
fn has_program(target: &Path, name: &str) -> bool {
    let names = fs::read_dir(target.join("programs"))
        .into_iter()
        .flatten()
        .flatten();
    let begins = format!("{name}-");
    names
        .into_iter()
        .any(|entry| entry.file_name().to_string_lossy().starts_with(&begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &str) -> Call {
        Call::new(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_task_is_the_first_word_that_is_no_flag() {
        assert_eq!(call("demo --offline").task, "demo");
        assert_eq!(call("--offline test x").task, "test");
        assert_eq!(call("").task, "");
    }

    #[test]
    fn bundles_want_a_screen_and_nothing_else_does() {
        let groups = |line| call(line).of_tests().len();
        assert_eq!(groups("test bundles --offline"), groups("test") + 1);
        assert_eq!(groups("test programs bundles"), groups("test"));
    }

    #[test]
    fn offline_forbids_the_network() {
        assert_eq!(call("test --offline").network(), Network::Forbidden);
        assert_eq!(call("test").network(), Network::Allowed);
    }

    #[test]
    fn help_needs_nothing() {
        assert!(
            call("test --help --offline")
                .prepare(Path::new("/nonexistent"))
                .is_ok()
        );
    }
}
