//! Programs and bundles for one test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ldshim::sandbox::Root;
use tempfile::TempDir;

use crate::common::{Ran, build_stub, platform};

/// A folder for one test, with programs and bundles in it.
pub struct Made {
    folder: TempDir,
}

impl Made {
    pub fn new() -> Self {
        let mut builder = tempfile::Builder::new();
        let folder = builder
            .prefix("bundle-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        Self {
            folder: folder.unwrap(),
        }
    }

    /// Where something is in the folder.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Compiles `programs/SOURCE` to `NAME`.
    pub fn compile(&self, source: &str, name: &str, flags: &[&str]) -> PathBuf {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/bundle/programs")
            .join(source);
        let is_cpp = source.extension().is_some_and(|it| it == "cc");
        let compiler = if is_cpp { "c++" } else { "cc" };
        let out = self.at(name);
        fs::create_dir_all(out.parent().unwrap()).unwrap();
        let mut command = Command::new(compiler);
        command
            .arg(source)
            .arg("-o")
            .arg(&out)
            .args(flags)
            .current_dir(self.folder.path());
        Ran::of(&mut command).succeeded();
        out
    }

    /// `ldshim bundle`, with the entry of this build.
    pub fn bundle(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        command
            .arg("bundle")
            .args(args)
            .current_dir(self.folder.path());
        command.env("LDSHIM_BUNDLE_ENTRY", entry());
        command
    }

    /// Bundles programs into a folder, moves it to one with a space in its name, and takes the programs away.
    pub fn moved(&self, args: &[&str], programs: &[&str]) -> PathBuf {
        let out = self.at("new");
        Ran::of(self.bundle(programs).args(args).args(["--out", "new"])).succeeded();
        let moved = self.at("moved to here");
        fs::rename(out, &moved).unwrap();
        for program in programs {
            fs::remove_file(self.at(program)).unwrap();
        }
        moved
    }
}

/// The entry, built for release whatever the tests are: a build for debugging has to be relocated.
pub fn entry() -> &'static Path {
    static ENTRY: OnceLock<PathBuf> = OnceLock::new();
    ENTRY.get_or_init(|| {
        let platform = platform();
        build_stub(platform, "release", &platform.stub_target(), "").with_file_name("bundle-entry")
    })
}

/// A command with nothing in its environment.
pub fn clean(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env_clear();
    command
}

/// A root that has a bundle at `/somewhere`, read-only, a shell, and nothing else of a system.
pub fn bare(bundle: &Path) -> Root {
    Root::new()
        .bind("/dev", "/dev")
        .tmpfs("/tmp")
        .bind_read_only(bundle, "/somewhere")
        .bind_read_only(crate::common::store_path("busybox-static"), "/busybox")
        .link("/busybox/bin/busybox", "/bin/sh")
}
