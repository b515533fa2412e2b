//! nix-ld's own tests, with ldshim's stub in the place of its stub.
//!
//! They are an integration test of its package: programs with the stub for their loader, which find libraries or not.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;
use xtask_start::{Network, process};

use super::checkout;
use crate::cargo;

/// The loader that the tests run with: on their own system it is that of the store.
const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";
/// The tests link a library that is named before what needs it. Debian's compiler would leave it out, unlike others.
const COMPILER: &str = "#!/bin/sh\nexec cc -Wl,--no-as-needed \"$@\"\n";

/// A copy of a checkout, built.
pub struct Suite {
    folder: PathBuf,
    /// The program of the tests.
    tests: PathBuf,
}

impl Suite {
    /// Copies a checkout, and builds its stub and its tests.
    ///
    /// # Errors
    /// It is no checkout of nix-ld, or cannot be built.
    pub fn build(checkout: &Path, network: Network) -> Result<Self> {
        let folder = checkout::copy(checkout, "nix-ld", "tests/tests.rs")?;
        separate(&folder.join("Cargo.toml"))?;
        let args = ["test", "--no-run", "--locked", "--message-format=json"];
        let mut build = cargo::command(&args, network);
        // Its stub is made with flags that only a nightly Rust has by itself.
        build.env("RUSTC_BOOTSTRAP", "1").current_dir(&folder);
        build.arg("--target-dir").arg(folder.join("target"));
        let messages = process::run(&mut build)?;
        let tests = executable(&messages).context("cargo names no program of its tests")?;
        let suite = Self { folder, tests };
        suite.write_compiler()?;
        fs::copy(suite.place(), suite.own_program()).context("the build has left no nix-ld")?;
        Ok(suite)
    }

    /// The stub that was built.
    #[must_use]
    pub fn own_program(&self) -> PathBuf {
        self.folder.join("nix-ld-of-the-peer")
    }

    /// The names of its tests.
    ///
    /// # Errors
    /// They cannot be listed.
    pub fn names(&self) -> Result<Vec<String>> {
        let listed = process::run(Command::new(&self.tests).arg("--list"))?;
        let names = listed
            .lines()
            .filter_map(|line| line.strip_suffix(": test"));
        Ok(names.map(str::to_owned).collect())
    }

    /// Whether a test passes with this stub, or what it says.
    ///
    /// # Errors
    /// The stub cannot be put in its place, or the test cannot be run.
    pub fn try_with(&self, stub: &Path, test: &str) -> Result<Result<(), String>> {
        let place = self.place();
        let _older = fs::remove_file(&place);
        fs::copy(stub, &place).with_context(|| format!("cannot write {}", place.display()))?;
        let mut run = Command::new(&self.tests);
        run.args(["--exact", test]).current_dir(&self.folder);
        // As Cargo and nix-ld's package set them, and nothing of this session's own.
        run.env("CARGO_MANIFEST_DIR", &self.folder);
        run.env("CC", self.compiler()).env("NIX_LD", LOADER);
        for name in ["NIX_LD_x86_64_linux", "NIX_LD_LIBRARY_PATH_x86_64_linux"] {
            run.env_remove(name);
        }
        let output = run.output().context("cannot run the tests")?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok(if output.status.success() {
            Ok(())
        } else {
            Err(text)
        })
    }

    /// Where the tests look for the stub.
    fn place(&self) -> PathBuf {
        self.folder.join("target/debug/nix-ld")
    }

    fn compiler(&self) -> PathBuf {
        self.folder.join("compiler")
    }

    fn write_compiler(&self) -> Result<()> {
        let file = self.compiler();
        let context = || format!("cannot write {}", file.display());
        fs::write(&file, COMPILER).with_context(context)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).with_context(context)
    }
}

/// Makes a package a workspace of its own: the copy lies in the folder of this one.
fn separate(manifest: &Path) -> Result<()> {
    let context = || format!("cannot write {}", manifest.display());
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(manifest)
        .with_context(context)?;
    file.write_all(b"\n[workspace]\n").with_context(context)
}

/// The program of the integration test, by what `cargo --message-format=json` prints.
fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut tests = messages.filter(|message| message["target"]["name"] == "tests");
    tests.find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn the_program_of_the_tests_is_found_among_cargos_messages() {
        let stub =
            r#"{"reason":"compiler-artifact","target":{"name":"nix-ld"},"executable":"/t/nix-ld"}"#;
        let tests =
            r#"{"reason":"compiler-artifact","target":{"name":"tests"},"executable":"/t/tests-1"}"#;
        let messages = format!("not JSON\n{stub}\n{tests}\n");
        assert_eq!(executable(&messages), Some("/t/tests-1".into()));
        assert_eq!(executable(stub), None);
    }
}
