//! A root like that of NixOS, for one test.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ldshim::library_env::Collection;
use ldshim::sandbox::Root;
use tempfile::TempDir;

use super::{Plan, store_path, store_path_of_programs, stub, target};

/// The loader's path in every x86-64 program, and so the place of the stub.
const STUB_PATH: &str = "/lib64/ld-linux-x86-64.so.2";

/// A root with `/nix`, `/proc`, `/dev`, a `/tmp` of its own, a library environment, and what a test
/// adds. Programs in it have an environment of `NIX_LD`, `NIX_LD_LIBRARY_PATH` and what a test adds.
pub struct TestRoot {
    root: Root,
    /// Holds `tmp`, where programs start and where the test writes and reads files, and `nld`, the
    /// library environment.
    folder: TempDir,
    environment: Vec<(OsString, OsString)>,
}

impl TestRoot {
    /// A root whose library environment has the libraries of the store.
    pub fn new(plan: Plan) -> Self {
        Self::build(plan, all_of_store(), None)
    }

    /// The same, with one more library in the library environment, at `/w/library/NAME`.
    pub fn with_library(plan: Plan, library: &Path) -> Self {
        let name = library.file_name().expect("the name of a library");
        let in_root = Path::new("/w/library").join(name);
        let mut root = Self::build(plan, all_of_store(), Some((library, &in_root)));
        root.bind(library, in_root);
        root
    }

    /// A root whose library environment has the libraries of glibc and of these packages of the store.
    pub fn with_packages(plan: Plan, packages: &[&str]) -> Self {
        let packages = ["libc6"].iter().chain(packages);
        let packages = packages.map(|it| store_path_of_programs(it)).collect();
        Self::build(plan, packages, None)
    }

    fn build(plan: Plan, packages: Vec<PathBuf>, library: Option<(&Path, &Path)>) -> Self {
        let mut builder = tempfile::Builder::new();
        let folder = builder
            .prefix("root-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a temporary folder");
        let [tmp, nld] = ["tmp", "nld"].map(|name| folder.path().join(name));
        fs::create_dir(&tmp).expect("a folder");
        write_library_env(&nld, &packages, library);

        let at = plan.library_env();
        let root = Root::nixos_like()
            .without("/nix")
            .bind_read_only("/nix", "/nix")
            .bind(tmp, "/tmp")
            .bind_read_only(nld, at);
        let mut root = Self {
            root,
            folder,
            environment: Vec::new(),
        };
        root.set("NIX_LD", format!("{at}/ld.so"));
        root.set("NIX_LD_LIBRARY_PATH", at);
        root
    }

    /// Sets a variable of the programs' environment.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.environment.push((name.into(), value.into()));
    }

    /// Shows the file or folder `source`, read-only, at `target`.
    pub fn bind(&mut self, source: &Path, target: impl AsRef<Path>) {
        assert!(source.exists(), "{} does not exist", source.display());
        self.root = self.root.clone().bind_read_only(source, target);
    }

    /// Puts `/bin/sh` in, which NixOS has as well.
    pub fn add_shell(&mut self) {
        self.root = self.root.clone().link(busybox(), "/bin/sh");
    }

    /// Where `/tmp/NAME` of the root is outside of it.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join("tmp").join(name)
    }

    /// Writes `/tmp/NAME`, and makes the folders above it.
    pub fn write(&self, name: &str, contents: &str) {
        let path = self.outside(name);
        let folder = path.parent().expect("it is below a folder");
        fs::create_dir_all(folder).expect("folders below /tmp of the root");
        fs::write(path, contents).expect("a file in /tmp of the root");
    }

    /// Reads `/tmp/NAME`.
    pub fn read(&self, name: &str) -> String {
        let path = self.outside(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Runs a program through the stub, in `/tmp`.
    pub fn output(&self, program: &str, args: &[&str]) -> Output {
        let root = self.root.clone().bind_read_only(stub(), STUB_PATH);
        let output = self.command(&root, program, args).output();
        output.unwrap_or_else(|error| panic!("cannot start {program}: {error}"))
    }

    /// Runs a program where no stub is, in `/tmp`.
    pub fn output_without_stub(&self, program: &str, args: &[&str]) -> Output {
        let output = self.command(&self.root, program, args).output();
        output.unwrap_or_else(|error| panic!("cannot start {program}: {error}"))
    }

    /// Runs a program that should succeed, as [`TestRoot::output`] does, and returns what it writes
    /// to standard output.
    pub fn run(&self, program: &str, args: &[&str]) -> String {
        let output = self.output(program, args);
        let status = output.status;
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            status.success(),
            "{program} {args:?}: {status}\n{stdout}{stderr}"
        );
        stdout.into_owned()
    }

    /// Asserts what a NixOS user sees: the file is there and executable, and yet executing it
    /// fails with "No such file or directory", for its loader is not there.
    pub fn assert_fails_without_stub(&self, program: &str) {
        let mut test = self.command(&self.root, &busybox(), &["test", "-x", program]);
        let status = test.status().expect("busybox needs no loader");
        assert!(status.success(), "{program} is no executable file");

        match self.command(&self.root, program, &[]).output() {
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{program}: {error}"),
            Ok(output) => panic!("{program} runs without the stub: {output:?}"),
        }
    }

    fn command(&self, root: &Root, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).env_clear();
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        root.apply_to(&mut command, "/tmp");
        command
    }
}

/// A program that needs no loader, in the store.
fn busybox() -> String {
    let path = store_path("busybox-static").join("bin/busybox");
    path.into_os_string()
        .into_string()
        .expect("store paths are UTF-8")
}

/// The store's packages that have libraries, but for other C libraries than glibc.
fn all_of_store() -> Vec<PathBuf> {
    let packages = fs::read_dir(target().join("store/packages")).expect("the store's packages");
    let packages = packages.map(|it| it.expect("the store's packages").path());
    let has_libraries = |it: &PathBuf| !it.ends_with("musl") && it.join("lib").is_dir();
    packages.filter(has_libraries).collect()
}

/// Writes a library environment of packages, and of one more `library`: its path here, and its path in the root.
fn write_library_env(directory: &Path, packages: &[PathBuf], library: Option<(&Path, &Path)>) {
    let loader = store_path("libc6").join("lib/ld-linux-x86-64.so.2");
    let mut collection = Collection::new(&loader).expect("a loader");
    if let Some((here, _)) = library {
        collection.add_library(here.file_name().expect("a name"), here);
    }
    for package in packages {
        collection.add_package(package).expect("a package");
    }
    let mut env = collection.finish().expect("libraries");
    if let Some((here, in_root)) = library {
        let here = here.canonicalize().expect("the library exists");
        env.map_paths(|path| if path == here { in_root } else { path }.to_owned());
    }
    env.write(directory).expect("a library environment");
}
