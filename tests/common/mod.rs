//! What tests that start programs share: the stub, the store, and a root like that of NixOS.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

mod root;

pub use root::TestRoot;

/// Which of its two mechanisms the stub can use. The path of the library environment decides: for
/// the cache plan the path of the cache has to fit into the 16 bytes of `/etc/ld.so.cache`, which
/// the real loader of the tests has built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The library environment has a path that is short enough.
    Cache,
    /// It has a longer one.
    Environment,
}

impl Plan {
    /// Both.
    pub const ALL: [Plan; 2] = [Plan::Cache, Plan::Environment];

    /// Its name in the names of tests.
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
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--package=loader-stub"]);
        build.args(["--profile", profile]);
        build.arg("--target-dir").arg(target());
        let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(
            status.expect("cargo can be run").success(),
            "cannot build the stub"
        );
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
