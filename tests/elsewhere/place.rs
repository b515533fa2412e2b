//! A bundle in a root.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::sandbox::Root;
use tempfile::TempDir;

use crate::bundles::bundle;
use crate::common::Ran;
use crate::programs::Program;
use crate::roots::Elsewhere;

/// Where the bundle is in the root: a path with a space, where nothing can be written.
pub const PLACE: &str = "/opt/a bundle";

/// A root with a bundle, and a /tmp of its own.
pub struct Place {
    pub elsewhere: &'static Elsewhere,
    pub bundle: PathBuf,
    program: &'static str,
    tmp: TempDir,
}

impl Place {
    pub fn new(elsewhere: &'static Elsewhere, program: &'static Program) -> Self {
        let tmp = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        fs::set_permissions(tmp.path(), fs::Permissions::from_mode(0o777)).expect("it is ours");
        Self {
            elsewhere,
            bundle: bundle(program),
            program: program.file_name(),
            tmp,
        }
    }

    /// Where `/tmp/NAME` of the root is outside of it.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.tmp.path().join(name)
    }

    /// The program, in the root.
    pub fn program(&self) -> String {
        format!("{PLACE}/bin/{}", self.program)
    }

    /// The root.
    pub fn root(&self) -> Root {
        self.elsewhere
            .root()
            .bind(self.tmp.path(), "/tmp")
            .bind_read_only(&self.bundle, PLACE)
    }

    /// Runs the program, which has to succeed, and returns what it writes to standard output.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.ran(self.program(), arguments).succeeded().stdout
    }

    /// Runs any program of the root.
    pub fn ran(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Ran {
        let mut command = self.command(program);
        Ran::of(command.args(arguments))
    }

    /// A command in the root, in /tmp, with hardly any environment.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", "/tmp");
        self.root().apply_to(&mut command, "/tmp");
        command
    }

    /// Runs a script by the root's busybox.
    pub fn shell(&self, script: &str) -> Ran {
        self.ran(self.elsewhere.busybox(), &["sh", "-c", script])
    }
}
