//! The host, with a library environment in it, and programs that name the stub as their loader.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use ldshim::library_env::Collection;
use ldshim::sandbox::Root;
use tempfile::TempDir;

use crate::common::{Plan, build_stub, platform, store_path};
use crate::compile::compile;

/// The stub's release build, which is what users have, whatever the profile of the tests.
pub fn stub() -> &'static Path {
    static STUB: OnceLock<PathBuf> = OnceLock::new();
    STUB.get_or_init(|| build_stub(platform(), "release", &platform().stub_target(), ""))
}

/// What the tests of this folder compile, and how they start it.
pub struct Host {
    pub root: Root,
    folder: TempDir,
    plan: Plan,
}

impl Host {
    /// The host's root with a library environment of the store's glibc and zlib.
    pub fn new(plan: Plan) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("host-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a temporary folder");
        let loader = store_path("libc6").join("lib/ld-linux-x86-64.so.2");
        let mut collection = Collection::new(&loader).expect("a loader");
        for package in ["libc6", "zlib1g"] {
            let package = store_path(package);
            collection.add_package(&package).expect("a package");
        }
        let env = folder.path().join("env");
        let libraries = collection.finish().expect("libraries");
        libraries.write(&env).expect("a library environment");
        let root = Root::like_host().expect("the host's root");
        let root = root.bind_read_only(env, plan.library_env());
        Self { root, folder, plan }
    }

    /// The path of a file in the test's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same as text.
    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("a UTF-8 path").to_owned()
    }

    /// Compiles a program whose loader is the stub.
    pub fn program(&self, source: &str, flags: &[&str]) -> String {
        self.program_with(stub(), source, flags)
    }

    /// Compiles a program with another loader.
    pub fn program_with(&self, loader: &Path, source: &str, flags: &[&str]) -> String {
        let name = source.trim_end_matches(".c");
        let loader = format!("-Wl,--dynamic-linker={}", loader.display());
        compile(source, &self.path(name), &[&[&*loader], flags].concat());
        self.text(name)
    }

    /// Compiles a shared library.
    pub fn library(&self, source: &str) -> String {
        let name = format!("lib{}.so", source.trim_end_matches(".c"));
        let soname = format!("-Wl,-soname,{name}");
        compile(source, &self.path(&name), &["-shared", "-fPIC", &soname]);
        self.text(&name)
    }

    /// The stub with each occurrence of some bytes in its file replaced, for a control.
    pub fn stub_with(&self, from: &[u8], to: &[u8]) -> PathBuf {
        let mut bytes = fs::read(stub()).expect("the stub");
        let places: Vec<_> = memchr::memmem::find_iter(&bytes, from).collect();
        assert!(!places.is_empty(), "the stub has no {from:?}");
        for place in places {
            bytes[place..place + to.len()].copy_from_slice(to);
        }
        let path = self.path("changed-stub");
        fs::copy(stub(), &path).expect("the folder can be written");
        fs::write(&path, bytes).expect("the folder can be written");
        path
    }

    /// A command with the variables of the stub and no others but HOME and PATH.
    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        let env = self.plan.library_env();
        let mut command = Command::new(program);
        command.args(args).env_clear();
        command.env("HOME", self.folder.path());
        command.env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
        command.env("NIX_LD", format!("{env}/ld.so"));
        command.env("NIX_LD_LIBRARY_PATH", env);
        self.root.apply_to(&mut command, self.folder.path());
        command
    }

    /// Runs a command and returns how it ends and all that it writes.
    pub fn run(&self, program: &str, args: &[&str]) -> (Output, String) {
        let output = self.command(program, args).output();
        let output = output.unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
        let text = [&output.stdout[..], &output.stderr].concat();
        (output, String::from_utf8_lossy(&text).into_owned())
    }

    /// Runs a command that should succeed, and returns all that it writes.
    pub fn succeed(&self, program: &str, args: &[&str]) -> String {
        let (output, text) = self.run(program, args);
        let status = output.status;
        assert!(status.success(), "{program} {args:?}: {status}\n{text}");
        text
    }
}
