//! Packages in the real store, for one test each.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::Ran;
use crate::made::Made;

/// A package: a store path of what stood in a folder.
pub struct Stored {
    path: PathBuf,
}

impl Stored {
    /// Puts the folder of this name into the store.
    pub fn add(made: &Made, name: &str) -> Self {
        // Packages of the same content are one, and another test would take it away.
        let whose = made.at(name).display().to_string();
        fs::write(made.at(name).join("whose"), whose).unwrap();
        let mut command = Command::new("nix-store");
        let ran = Ran::of(command.arg("--add").arg(made.at(name))).succeeded();
        Self {
            path: ran.stdout.trim_end().into(),
        }
    }

    /// A file of the package.
    pub fn at(&self, below: &str) -> PathBuf {
        self.path.join(below)
    }

    /// The same as text.
    pub fn text(&self, below: &str) -> String {
        self.at(below).display().to_string()
    }

    /// Where a file of the package is in a bundle.
    pub fn in_bundle(&self, below: &str) -> PathBuf {
        let name = self.path.file_name().unwrap();
        Path::new("store").join(name).join(below)
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        let _output = Command::new("nix-store")
            .arg("--delete")
            .arg(&self.path)
            .output();
    }
}

/// Writes a file that may be executed.
pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A package with this machine's bash in it, which is its own copy.
pub fn bash(made: &Made) -> Stored {
    let program = made.at("bash/bin/bash");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::copy("/bin/bash", program).unwrap();
    Stored::add(made, "bash")
}
