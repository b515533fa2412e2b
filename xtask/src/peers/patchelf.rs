//! patchelf's own test suite, with ldshim in the place of `src/patchelf`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use xtask_start::process;

use super::checkout;

/// A copy of a checkout, built.
pub struct Suite {
    folder: PathBuf,
}

impl Suite {
    /// Copies a checkout, and builds its programs and those of its tests: its own patchelf is needed for that.
    ///
    /// # Errors
    /// It is no checkout of patchelf, or cannot be built: that takes a C++ compiler, autoconf, automake and make.
    pub fn build(checkout: &Path) -> Result<Self> {
        let folder = checkout::copy(checkout, "patchelf", "src/patchelf.cc")?;
        let suite = Self { folder };
        for line in [
            "./bootstrap.sh",
            "./configure",
            "make",
            "make -C tests check TESTS=",
        ] {
            eprintln!("--> {line}");
            suite.run(line)?;
        }
        fs::rename(
            suite.path("src/patchelf"),
            suite.path("src/patchelf-of-the-peer"),
        )
        .context("the build has left no src/patchelf")?;
        Ok(suite)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The program that was built.
    #[must_use]
    pub fn own_program(&self) -> PathBuf {
        self.path("src/patchelf-of-the-peer")
    }

    /// Runs the suite with another program, and returns its summary.
    ///
    /// # Errors
    /// The suite cannot be run.
    pub fn check(&self, program: &Path) -> Result<String> {
        let place = self.path("src/patchelf");
        let _older = fs::remove_file(&place);
        fs::copy(program, &place).with_context(|| format!("cannot write {}", place.display()))?;
        // Its status is that of the tests, which the summary tells.
        let output = self.shell("make -C tests -k check").output();
        let output = output.context("cannot run make")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let matters = |line: &&str| {
            [
                "# TOTAL", "# PASS", "# SKIP", "# FAIL", "# ERROR", "FAIL:", "SKIP:", "ERROR:",
            ]
            .iter()
            .any(|start| line.starts_with(start))
        };
        let lines: Vec<_> = text.lines().filter(matters).collect();
        ensure!(!lines.is_empty(), "make check prints no summary:\n{text}");
        Ok(lines.join("\n"))
    }

    /// Runs the property test with another program, and returns its last line.
    ///
    /// # Errors
    /// There is no such test, or it prints nothing.
    pub fn properties(&self, program: &Path, seed: u32, cases: u32) -> Result<String> {
        let folder = self.path("properties");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let named = folder.join("patchelf");
        let _older = fs::remove_file(&named);
        symlink(program, &named).with_context(|| format!("cannot write {}", named.display()))?;
        let mut shell = self.shell("cd properties && sh ../tests/property-rewrite.sh");
        shell.env("PATCHELF", named).env("SEED", seed.to_string());
        let output = shell.env("ITERS", cases.to_string()).output();
        let output = output.context("cannot run the property test")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().last().map(str::to_owned);
        last.with_context(|| format!("the property test prints nothing ({})", output.status))
    }

    fn run(&self, line: &str) -> Result<()> {
        process::run(&mut self.shell(line)).map(drop)
    }

    fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(&self.folder);
        command
    }
}
