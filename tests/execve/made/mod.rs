//! The files that are tried.

mod elf;
mod loaders;
mod modes;
mod scripts;

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::world::compile_truth;

/// A program that exits with 0, and needs nothing.
const STATIC: &str = "int data = 1; char zeros[9999];\n\
    void _start(void) { __asm__ volatile(\"mov $60, %eax; xor %edi, %edi; syscall\"); }\n";

/// A folder with files of all kinds.
pub struct Made {
    folder: TempDir,
    names: RefCell<Vec<String>>,
}

impl Made {
    pub fn new() -> Self {
        crate::common::usual_umask();
        let made = Self {
            folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"),
            names: RefCell::default(),
        };
        fs::set_permissions(made.folder(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        compile_truth(made.folder());
        made.folder_of("noexec");
        made.programs();
        modes::make(&made);
        scripts::make(&made);
        elf::make(&made);
        loaders::make(&made);
        made
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The names of all, below the folder.
    pub fn all(&self) -> Vec<String> {
        self.names.borrow().clone()
    }

    /// Writes a file that is tried, executable for all.
    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        self.try_it(name);
        self.other(name, contents)
    }

    /// Writes a file that others need.
    fn other(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        fs::write(&path, contents).unwrap_or_else(|error| panic!("{name}: {error}"));
        self.mode(name, 0o755);
        path
    }

    fn mode(&self, name: &str, mode: u32) {
        let path = self.folder().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    fn link(&self, name: &str, target: &str) {
        self.try_it(name);
        symlink(target, self.folder().join(name)).expect("a link");
    }

    fn folder_of(&self, name: &str) {
        fs::create_dir(self.folder().join(name)).expect("a folder");
        self.mode(name, 0o755);
    }

    /// Tries what is there, or is not.
    fn try_it(&self, name: &str) {
        self.names.borrow_mut().push(name.to_owned());
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder().join(name)).expect("a file")
    }

    fn cc(&self, args: &[&str]) {
        compile(self.folder(), args);
    }

    /// What all others are made of.
    fn programs(&self) {
        self.other("static.c", STATIC);
        self.other(
            "main.c",
            "int zeros[9999]; int main(void) { return zeros[1]; }",
        );
        self.cc(&["-static", "-nostdlib", "-o", "static", "static.c"]);
        self.cc(&["-o", "dynamic", "main.c"]);
        self.cc(&["-no-pie", "-o", "fixed", "main.c"]);
        self.cc(&[
            "-static-pie",
            "-fPIE",
            "-nostdlib",
            "-o",
            "static-pie",
            "static.c",
        ]);
        self.cc(&["-shared", "-fPIC", "-o", "library", "static.c", "-nostdlib"]);
        self.other(
            "x86.s",
            ".globl _start\n_start: movl $1,%eax\n xorl %ebx,%ebx\n int $0x80\n",
        );
        self.cc(&["-m32", "-nostdlib", "-static", "-o", "x86", "x86.s"]);
        self.other("script", "#!/t/static\n");
        for name in [
            "static",
            "dynamic",
            "fixed",
            "static-pie",
            "library",
            "x86",
            "script",
        ] {
            self.try_it(name);
        }
    }
}

/// Runs the compiler in a folder.
pub fn compile(folder: &Path, args: &[&str]) {
    let status = Command::new("cc").current_dir(folder).args(args).status();
    assert!(status.expect("a compiler").success(), "cc {args:?}");
}
