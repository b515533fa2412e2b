//! `tests/programs/programs.json`: the programs that the tests run, each pinned.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::workspace;

/// One program of the manifest.
#[derive(Debug, Deserialize)]
pub struct Program {
    /// What the tests call it.
    pub name: String,
    /// Its version; of Debian packages the upstream version, as far as the tests count on it.
    pub version: String,
    /// Where in its folder the program to start is; libraries and scripts have none.
    pub executable: Option<PathBuf>,
    /// Whether it is fetched, and its tests are run, only where all are asked for.
    #[serde(default)]
    pub large: bool,
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
}

/// A package registry, and the package there.
#[derive(Debug, Deserialize)]
#[serde(tag = "registry", rename_all = "lowercase")]
pub enum Origin {
    /// A wheel of the Python Package Index.
    Pypi(Pin),
    /// A package of the npm registry.
    Npm(Pin),
    /// Packages of the Debian release this runs on. Its mirrors keep the latest version only, so
    /// these are not pinned; apt verifies them.
    Debian {
        /// Their names.
        packages: Vec<String>,
    },
}

/// A file that never changes.
#[derive(Debug, Deserialize)]
pub struct Pin {
    /// The package's name in the registry.
    pub package: String,
    /// The name of the file that the registry's client saves.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

impl Program {
    /// Its folder once unpacked: `target/programs/NAME-VERSION`.
    pub fn folder(&self) -> PathBuf {
        workspace::fetched("programs").join(format!("{}-{}", self.name, self.version))
    }

    /// How many bytes are downloaded, as far as that is known before.
    pub fn bytes(&self) -> u64 {
        match &self.origin {
            Origin::Pypi(pin) | Origin::Npm(pin) => pin.bytes,
            Origin::Debian { .. } => 0,
        }
    }

    /// What decides the contents of its folder; written there as a stamp.
    pub fn stamp(&self) -> String {
        match &self.origin {
            Origin::Pypi(pin) | Origin::Npm(pin) => pin.sha256.clone(),
            Origin::Debian { packages } => packages.join(" "),
        }
    }
}

/// Reads the manifest.
///
/// # Errors
/// It cannot be read, or is not what [`Program`] describes.
pub fn read() -> Result<Vec<Program>> {
    let path = workspace::root().join("tests/programs/programs.json");
    let context = || format!("cannot read {}", path.display());
    let text = fs::read(&path).with_context(context)?;
    serde_json::from_slice(&text).with_context(context)
}

/// Reads the program called `name` from the manifest.
///
/// # Errors
/// As [`read`], or there is none.
pub fn program(name: &str) -> Result<Program> {
    match read()?.into_iter().find(|program| program.name == name) {
        Some(program) => Ok(program),
        None => bail!("tests/programs/programs.json has no program called {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_manifest_is_pinned_by_a_sha256() {
        let programs = read().expect("the manifest can be read");
        for program in &programs {
            if let Origin::Pypi(pin) | Origin::Npm(pin) = &program.origin {
                let hex = pin
                    .sha256
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                assert!(
                    hex && pin.sha256.len() == 64,
                    "{}: {}",
                    program.name,
                    pin.sha256
                );
            }
        }
        assert!(programs.len() >= 12);
    }

    /// How many bytes every run of the tests on a new machine may download.
    const MOST_BYTES: u64 = 250_000_000;

    #[test]
    fn what_every_run_downloads_is_bearable() {
        let programs = read().expect("the manifest can be read");
        let bytes = |is_large| -> u64 {
            let these = programs.iter().filter(|it| it.large == is_large);
            these.map(Program::bytes).sum()
        };
        assert!(bytes(false) <= MOST_BYTES, "{} bytes", bytes(false));
        assert!(bytes(true) > MOST_BYTES, "no other program is large");
    }

    #[test]
    fn a_program_that_is_not_in_the_manifest_is_named() {
        let error = program("no-such-program").expect_err("it is not there");
        assert!(error.to_string().contains("no-such-program"), "{error}");
    }

    #[test]
    fn an_entry_without_a_hash_is_refused() {
        let entry = r#"{ "name": "a", "version": "1", "registry": "npm", "package": "a", "file": "a-1.tgz", "bytes": 1 }"#;
        let error = serde_json::from_str::<Program>(entry).expect_err("it has no hash");
        assert!(error.to_string().contains("sha256"), "{error}");
    }
}
