//! A start to count: everything that the count depends on is at the same place and of the same length, whoever starts
//! the test and wherever the clone is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::elf::{Image, program_identity};
use ldshim::library_env::Collection;
use ldshim::sandbox::Root;
use loader_stub::pin::MANIFEST;

use super::common::platform;
use super::counts::Counts;
use super::{counts, entry_point, loader, long_path, memory_size, trace};

/// Where the program and what belongs to it are in the start's root.
const FOLDER: &str = "/start/own";
/// The program, which does nothing.
const PROGRAM: &str = "/start/own/empty";
/// The loader that it names: as long as that of an ordinary program.
const INTERPRETER: &str = "/start/lib64/ld-linux-x86.so";
/// Its library environment.
pub const LIBRARY_ENV: &str = "/nld";

/// Where users have pins.
pub const STATE: &str = "/start/state";

/// The libc.so.6 beside the real loader.
fn libc() -> PathBuf {
    loader().canonicalize().unwrap().with_file_name("libc.so.6")
}

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
        Self::with(interpreter, |_| ())
    }

    /// The same with a library environment to which something is added.
    pub fn with(interpreter: &Path, add: impl FnOnce(&mut Collection)) -> Self {
        Self::made(interpreter, add, false)
    }

    /// With a library environment whose loader is prepared for it.
    pub fn prepared(interpreter: &Path) -> Self {
        Self::made(interpreter, |_| (), true)
    }

    /// With a pin whose loader is prepared for it. That loader has as much room for a path as nixpkgs' has.
    pub fn pinned(interpreter: &Path) -> Self {
        let mut start = Self::new(interpreter);
        let roomy = start.folder.path().join("roomy");
        long_path::write_loader(&loader(), &roomy).unwrap();
        let bytes = fs::read(start.folder.path().join("empty")).unwrap();
        let identity = program_identity(&Image::parse(&bytes).unwrap()).short;
        let place = Path::new(STATE)
            .join("ldshim/pins")
            .join(identity.to_string());
        let mut collection = Collection::new(&roomy).unwrap();
        collection.add_library("libc.so.6".as_ref(), &libc());
        let mut env = collection.finish().unwrap();
        env.prepare_loader(&place).unwrap();
        let pin = env.write(&start.folder.path().join("pin")).unwrap();
        symlink(".", pin.join(&MANIFEST[1..])).unwrap();
        start.root = start.root.bind(pin, place);
        start
    }

    fn made(interpreter: &Path, add: impl FnOnce(&mut Collection), is_prepared: bool) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let source = folder.path().join("empty.c");
        fs::write(&source, "int main(void) { return 0; }").unwrap();
        let mut cc = Command::new(platform().tool("gcc"));
        cc.arg("-o").arg(folder.path().join("empty")).arg(source);
        cc.arg(format!("-Wl,--dynamic-linker={INTERPRETER}"));
        assert!(cc.status().unwrap().success());

        let loader = loader();
        let mut collection = Collection::new(&loader).unwrap();
        collection.add_library("libc.so.6".as_ref(), &libc());
        add(&mut collection);
        let mut library_env = collection.finish().unwrap();
        if is_prepared {
            library_env.prepare_loader(LIBRARY_ENV.as_ref()).unwrap();
        }
        let env = folder.path().join("nld");
        library_env.write(&env).unwrap();
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
