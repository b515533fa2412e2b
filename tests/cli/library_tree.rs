//! A folder with libraries made for a test, and `ldshim` run in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ldshim::elf::{Architecture, identify};
use tempfile::TempDir;

pub use crate::common::Ran;

/// A temporary folder. Paths given to its functions are relative to it.
pub struct LibraryTree {
    folder: TempDir,
}

impl LibraryTree {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The absolute, canonical path.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    /// Writes a file, and the folders above it.
    pub fn file(&self, path: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), content).unwrap();
    }

    /// Writes a file that everybody may execute.
    pub fn executable(&self, path: &str, content: impl AsRef<[u8]>) {
        self.file(path, content);
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.path(path), mode).unwrap();
    }

    /// Writes a real, if empty, shared library without a soname.
    pub fn library(&self, path: &str) {
        self.file(path, empty_library());
    }

    /// Like [`LibraryTree::library`], for another machine.
    pub fn library_for_machine(&self, path: &str, machine: u16) {
        let mut bytes = empty_library().to_vec();
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        self.file(path, bytes);
    }

    pub fn link(&self, path: &str, target: impl AsRef<Path>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, self.path(path)).unwrap();
    }

    /// Where a link leads.
    pub fn target(&self, path: &str) -> PathBuf {
        fs::read_link(self.path(path)).unwrap()
    }

    /// The names in a folder, sorted, those that start with a dot too.
    pub fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(path)).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Runs `cc` here.
    pub fn cc(&self, args: &[&str]) {
        let mut cc = Command::new("cc");
        let status = cc.current_dir(&self.folder).args(args).status().unwrap();
        assert!(status.success(), "cc {args:?}");
    }

    /// Runs `ldshim` here. What it keeps is in `state`, and no pin of who runs the tests counts.
    pub fn ldshim(&self, args: &[&str]) -> Ran {
        let mut ldshim = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        ldshim.env("XDG_STATE_HOME", self.path("state"));
        Ran::of(ldshim.current_dir(&self.folder).args(args))
    }

    /// Runs `ldshim env build -v --out d` with this machine's loader.
    pub fn build(&self, paths: &[&str]) -> Ran {
        let loader = loader();
        let options = ["env", "build", "-v", "--out", "d", "--loader"];
        self.ldshim(&[&options[..], &[loader.to_str().unwrap()], paths].concat())
    }
}

/// The architecture of this test.
pub fn architecture() -> &'static Architecture {
    Architecture::of(&identify(&std::env::current_exe().unwrap()).unwrap()).unwrap()
}

/// This machine's loader.
pub fn loader() -> PathBuf {
    Path::new(architecture().loader_path)
        .canonicalize()
        .unwrap()
}

fn empty_library() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let tree = LibraryTree::new();
        tree.cc(&["-shared", "-nostdlib", "-o", "empty.so", "-xc", "/dev/null"]);
        fs::read(tree.path("empty.so")).unwrap()
    })
}
