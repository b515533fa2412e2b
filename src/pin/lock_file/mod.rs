//! Locks: which packages a pin is made of, as a file that can travel beside the program.
//!
//! The format is JSON; docs/lock.md describes it. A lock may come from anybody, so nothing in it is
//! believed: paths have to be store paths, and names names.

#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::{Component, Path};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::elf::ProgramIdentity;
use crate::interrupt::Undisturbed;

/// Counts up if a field goes or changes its meaning.
const VERSION: u64 = 1;
/// A lock that is longer than this is none, in bytes.
const LONGEST: u64 = 1 << 20;
/// The characters of the hashes in store paths: Nix's base 32.
const HASH: &str = "0123456789abcdfghijklmnpqrsvwxyz";

/// What is written in a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The version of the format.
    pub version: u64,
    /// The name of the program's file, for people.
    pub program: String,
    /// The program's identity.
    pub identity: String,
    /// Its whole build-id, if it has one, in hexadecimal digits.
    pub build_id: Option<String>,
    /// The system that it is for, as Nix names it.
    pub system: String,
    /// The revision of nixpkgs that the attributes are of, if it is known.
    pub nixpkgs: Option<String>,
    /// The loader, if it is in the store: a path in one of the packages.
    pub loader: Option<String>,
    /// The packages.
    pub packages: Vec<LockedPackage>,
}

/// A package of a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedPackage {
    /// The attribute of nixpkgs, if it is known.
    pub attribute: Option<String>,
    /// The output.
    pub output: String,
    /// The store path.
    pub store_path: String,
    /// What the pin has of it: names of libraries in `lib`, and paths in the package for others.
    pub libraries: Vec<String>,
}

impl Lock {
    /// A lock without packages.
    #[must_use]
    pub fn new(program: &str, identity: &ProgramIdentity, system: &str) -> Self {
        Self {
            version: VERSION,
            program: program.to_owned(),
            identity: identity.short.to_string(),
            build_id: identity.build_id.as_deref().map(hexadecimal),
            system: system.to_owned(),
            nixpkgs: None,
            loader: None,
            packages: Vec::new(),
        }
    }

    /// Reads a lock from a file.
    ///
    /// # Errors
    /// It cannot be read, or is no lock.
    pub fn read(file: &Path) -> Result<Self> {
        let operation = || format!("cannot use the lock {}", file.display());
        let metadata = file.metadata().with_context(operation)?;
        ensure!(metadata.is_file(), "{}: it is no file", operation());
        ensure!(metadata.len() <= LONGEST, "{}: it is too long", operation());
        let text = std::fs::read_to_string(file).with_context(operation)?;
        Self::parse(&text).with_context(operation)
    }

    /// Reads a lock from its text.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self> {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| anyhow!("it is no JSON: {error}"))?;
        match value["version"].as_u64() {
            Some(VERSION) => {}
            Some(other) => bail!("its format is {other}, and this ldshim knows {VERSION}"),
            None => bail!("it is no lock of ldshim: it has no version"),
        }
        let lock: Self = serde_json::from_value(value).map_err(|error| anyhow!("{error}"))?;
        lock.check()?;
        Ok(lock)
    }

    fn check(&self) -> Result<()> {
        for package in &self.packages {
            let path = &package.store_path;
            ensure!(is_store_path(path), "{path:?} is no store path");
            for name in &package.libraries {
                ensure!(is_inside(name), "{name:?} is no library of {path}");
            }
        }
        if let Some(loader) = &self.loader {
            let mut packages = self.packages.iter();
            let is_in_package = packages.any(|it| {
                let inside = loader.strip_prefix(&it.store_path);
                inside
                    .and_then(|it| it.strip_prefix('/'))
                    .is_some_and(is_inside)
            });
            ensure!(
                is_in_package,
                "the loader {loader:?} is in none of its packages"
            );
        }
        if let Some(revision) = &self.nixpkgs {
            let is_hash = revision.len() == 40 && revision.bytes().all(|it| it.is_ascii_hexdigit());
            ensure!(is_hash, "{revision:?} is no revision of nixpkgs");
        }
        Ok(())
    }

    /// Whether it is for this program.
    ///
    /// # Errors
    /// It is for another one.
    pub fn check_program(&self, identity: &ProgramIdentity, system: &str) -> Result<()> {
        ensure!(
            self.system == system,
            "the lock is for {} on {}, and this is a program for {system}",
            self.program,
            self.system
        );
        let own = (
            identity.short.to_string(),
            identity.build_id.as_deref().map(hexadecimal),
        );
        let name = |(short, long): (&str, Option<&String>)| match long {
            Some(build_id) => format!("the one with the build-id {build_id}"),
            None => format!("the one with the identity {short}"),
        };
        ensure!(
            (&self.identity, &self.build_id) == (&own.0, &own.1),
            "the lock is for another build of {}: {}, and this is {}; make a new one with --write-lock",
            self.program,
            name((&self.identity, self.build_id.as_ref())),
            name((&own.0, own.1.as_ref()))
        );
        Ok(())
    }

    /// The text of the file.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| anyhow!("{error}"))?;
        Ok(text + "\n")
    }

    /// Writes it to a file, whole or not at all.
    ///
    /// # Errors
    /// The file system refuses. Then what was there is as before.
    pub fn write(&self, file: &Path) -> Result<()> {
        let operation = || format!("cannot write the lock {}", file.display());
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let text = self.to_text()?;
        let _undisturbed = Undisturbed::begin().with_context(operation)?;
        let mut new = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .tempfile_in(folder)
            .with_context(operation)?;
        new.write_all(text.as_bytes()).with_context(operation)?;
        new.as_file().sync_all().with_context(operation)?;
        new.persist(file).with_context(operation)?;
        Ok(())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// Whether a text is the path of one thing in the store.
fn is_store_path(text: &str) -> bool {
    let Some(name) = text.strip_prefix("/nix/store/") else {
        return false;
    };
    let is_of_name = |it: char| it.is_ascii_alphanumeric() || "+-._?=".contains(it);
    match name.split_once('-') {
        Some((hash, rest)) => {
            hash.len() == 32
                && hash.chars().all(|it| HASH.contains(it))
                && !rest.is_empty()
                && rest.chars().all(is_of_name)
        }
        None => false,
    }
}

/// Whether a text is a path that stays inside.
fn is_inside(text: &str) -> bool {
    let mut parts = Path::new(text).components();
    !text.is_empty() && parts.all(|it| matches!(it, Component::Normal(_)))
}
