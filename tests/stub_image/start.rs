//! A start to count: everything that the count depends on is at the same place and of the same length, whoever starts
//! the test and wherever the clone is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::library_env::Collection;
use ldshim::sandbox::Root;

use super::common::platform;
use super::counts::Counts;
use super::{counts, entry_point, loader, memory_size, trace};

/// Where the program and what belongs to it are in the start's root.
const FOLDER: &str = "/start/own";
/// The program, which does nothing.
const PROGRAM: &str = "/start/own/empty";
/// The loader that it names: as long as that of an ordinary program.
const INTERPRETER: &str = "/start/lib64/ld-linux-x86.so";
/// Its library environment.
pub const LIBRARY_ENV: &str = "/nld";

/// A variable and its value.
pub type Variable<'a> = (&'a str, &'a str);

/// An empty program that names a loader, and where its libraries are found.
pub struct Start {
    folder: tempfile::TempDir,
    root: Root,
    interpreter: PathBuf,
}

impl Start {
    /// With `interpreter` as its loader, whatever that is.
    pub fn new(interpreter: &Path) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let source = folder.path().join("empty.c");
        fs::write(&source, "int main(void) { return 0; }").unwrap();
        let mut cc = Command::new(platform().tool("gcc"));
        cc.arg("-o").arg(folder.path().join("empty")).arg(source);
        cc.arg(format!("-Wl,--dynamic-linker={INTERPRETER}"));
        assert!(cc.status().unwrap().success());

        let loader = loader();
        let mut collection = Collection::new(&loader).unwrap();
        let libc = loader.canonicalize().unwrap().with_file_name("libc.so.6");
        collection.add_library("libc.so.6".as_ref(), &libc);
        let env = folder.path().join("nld");
        collection.finish().unwrap().write(&env).unwrap();
        let root = Root::like_host()
            .unwrap()
            .bind(folder.path(), FOLDER)
            .bind(interpreter, INTERPRETER)
            .bind(env, LIBRARY_ENV);
        let interpreter = interpreter.to_owned();
        Self {
            folder,
            root,
            interpreter,
        }
    }

    /// What the interpreter does in this start with just these variables, until the program begins and, where it goes on
    /// behind the real loader, in its own code.
    pub fn instructions(&self, environment: &[Variable<'_>]) -> u64 {
        if platform().is_host() {
            let size = memory_size(&self.interpreter);
            trace::instructions_in_loader(&mut self.command(environment), size)
        } else {
            self.counts(environment).instructions
        }
    }

    /// How many system calls it makes before any other code makes one.
    pub fn system_calls(&self, environment: &[Variable<'_>]) -> usize {
        if platform().is_host() {
            let size = memory_size(&self.interpreter);
            trace::loaders_own_syscalls(&mut self.command(environment), size).len()
        } else {
            self.counts(environment).calls as usize
        }
    }

    /// Both, in QEMU.
    fn counts(&self, environment: &[Variable<'_>]) -> Counts {
        let out = self.folder.path().join("counts");
        let place = (
            entry_point(&self.interpreter),
            memory_size(&self.interpreter),
        );
        let in_root = Path::new(FOLDER).join("counts");
        let mut command = counts::command(PROGRAM.as_ref(), environment, place, &in_root);
        self.root.apply_to(&mut command, "/");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        counts::read(&out)
    }

    fn command(&self, environment: &[Variable<'_>]) -> Command {
        let mut command = trace::command(PROGRAM, environment);
        self.root.apply_to(&mut command, "/");
        command
    }
}
