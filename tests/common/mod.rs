//! What tests that start programs share: the stub, the store, and a root like that of NixOS.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use ldshim::library_env::Collection;
use ldshim::sandbox::Root;
use tempfile::TempDir;

/// The loader's path in every x86-64 program, and so the place of the stub.
pub const LOADER_PATH: &str = "/lib64/ld-linux-x86-64.so.2";

/// Which of its two mechanisms the stub can use, as decided by the path of the library environment:
/// the cache plan needs one whose cache path fits into the 16 bytes of `/etc/ld.so.cache`, which is
/// what the loader of the tests has built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The library environment is at `/nld`.
    Cache,
    /// The library environment is at a longer path.
    Environment,
}

impl Plan {
    /// Both.
    pub const ALL: [Plan; 2] = [Plan::Cache, Plan::Environment];

    /// Its name, as tests show it.
    pub fn name(self) -> &'static str {
        match self {
            Plan::Cache => "cache_plan",
            Plan::Environment => "environment_plan",
        }
    }

    /// The path of the library environment in the root.
    pub fn library_env(self) -> &'static str {
        match self {
            Plan::Cache => "/nld",
            Plan::Environment => "/a-library-environment",
        }
    }
}

/// `target/<profile>/nix-ld`, built if it is not up to date, with the profile of the tests.
pub fn stub() -> &'static Path {
    static STUB: OnceLock<PathBuf> = OnceLock::new();
    STUB.get_or_init(|| {
        let (profile, folder) = if cfg!(debug_assertions) {
            ("dev", "debug")
        } else {
            ("release", "release")
        };
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args([
                "build",
                "--quiet",
                "--package=loader-stub",
                "--profile",
                profile,
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo can be run");
        assert!(status.success(), "cannot build the stub");
        target().join(folder).join("nix-ld")
    })
}

/// The target directory.
pub fn target() -> &'static Path {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("target/tmp has a parent")
}

/// The store path that was made of a Debian package.
pub fn store_path(package: &str) -> PathBuf {
    let link = target().join("store/packages").join(package);
    match link.canonicalize() {
        Ok(path) => path,
        Err(error) => panic!("{}: {error}; run `cargo xtask fetch` first", link.display()),
    }
}

/// A root with `/nix`, `/proc`, `/dev`, an own `/tmp`, a library environment, and what a test adds
/// below `/w`. Programs in it have an environment of `NIX_LD`, `NIX_LD_LIBRARY_PATH` and what a
/// test adds.
pub struct TestRoot {
    root: Root,
    /// Where the changeable parts are: `tmp`, where programs start and where the test writes and
    /// reads files, and `nld`, the library environment.
    folder: TempDir,
    environment: Vec<(OsString, OsString)>,
}

impl TestRoot {
    /// A root whose library environment has the libraries of the store.
    pub fn new(plan: Plan) -> Self {
        Self::with_library(plan, None)
    }

    /// The same, with one more library in the library environment, at `/w/library/NAME`.
    pub fn with_library(plan: Plan, library: Option<&Path>) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("root-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a temporary folder");
        fs::create_dir(folder.path().join("tmp")).expect("a folder");
        let mut root = Root::nixos_like()
            .without("/nix")
            .bind_read_only("/nix", "/nix")
            .bind(folder.path().join("tmp"), "/tmp");
        let in_root = library.map(|path| {
            let in_root = Path::new("/w/library").join(path.file_name().expect("a file"));
            root = root.clone().bind_read_only(path, &in_root);
            in_root
        });
        let nld = folder.path().join("nld");
        build_library_env(&nld, library.zip(in_root.as_deref()));
        root = root.bind_read_only(&nld, plan.library_env());

        let mut test_root = Self {
            root,
            folder,
            environment: Vec::new(),
        };
        test_root.set("NIX_LD", format!("{}/ld.so", plan.library_env()));
        test_root.set("NIX_LD_LIBRARY_PATH", plan.library_env());
        test_root
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
        let busybox = store_path("busybox-static").join("bin/busybox");
        self.root = self.root.clone().link(busybox, "/bin/sh");
    }

    /// Where `/tmp/NAME` of the root is outside of it.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join("tmp").join(name)
    }

    /// Writes `/tmp/NAME`, and makes the folders above it.
    pub fn write(&self, name: &str, contents: &str) {
        let path = self.outside(name);
        let folder = path.parent().expect("it is in the folder");
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
        let root = self.root.clone().bind_read_only(stub(), LOADER_PATH);
        let output = self.command(&root, program, args).output();
        output.unwrap_or_else(|error| panic!("cannot start {program}: {error}"))
    }

    /// The same for a program that should succeed: what it writes to standard output.
    pub fn run(&self, program: &str, args: &[&str]) -> String {
        let output = self.output(program, args);
        let [stdout, stderr] =
            [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        assert!(
            output.status.success(),
            "{program} {args:?}: {}\n{stdout}{stderr}",
            output.status
        );
        stdout.into_owned()
    }

    /// Asserts what a NixOS user sees: the file is there and executable, and yet executing it
    /// fails with "No such file or directory", for its loader is not there.
    pub fn assert_fails_without_stub(&self, program: &str) {
        let busybox = store_path("busybox-static").join("bin/busybox");
        let busybox = busybox.to_str().expect("store paths are UTF-8");
        let test = self
            .command(&self.root, busybox, &["test", "-x", program])
            .status();
        assert!(
            test.expect("busybox needs no loader").success(),
            "no program at {program}"
        );

        match self.command(&self.root, program, &[]).output() {
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{program}: {error}"),
            Ok(output) => panic!("{program} runs without the stub: {output:?}"),
        }
    }

    fn command(&self, root: &Root, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        root.apply_to(&mut command, "/tmp");
        command
    }
}

/// Builds a library environment of the store's libraries, and of a library here that has another
/// path in the root.
fn build_library_env(directory: &Path, library: Option<(&Path, &Path)>) {
    let loader = store_path("libc6").join("lib/ld-linux-x86-64.so.2");
    let mut collection = Collection::new(&loader).expect("a loader");
    if let Some((here, _)) = library {
        collection.add_library(here.file_name().unwrap_or(OsStr::new("")), here);
    }
    for package in fs::read_dir(target().join("store/packages")).expect("the store's packages") {
        let path = package.expect("the store's packages").path();
        if path.join("lib").is_dir() {
            collection.add_package(&path).expect("a package");
        }
    }
    let mut env = collection.finish().expect("libraries");
    if let Some((here, in_root)) = library {
        let here = here.canonicalize().expect("the library exists");
        env.map_paths(|path| {
            if path == here {
                in_root.to_owned()
            } else {
                path.to_owned()
            }
        });
    }
    env.write(directory).expect("a library environment");
}
