//! What tests that start programs share: the stub, the store, and a root like that of NixOS.

use std::path::PathBuf;

mod caller;
mod emulation;
pub mod machine;
mod platform;
mod ran;
mod root;
mod stub;

pub use caller::{may_write_store, usual_umask};
pub use emulation::emulate;
pub use platform::{Platform, named, platform};
pub use ran::Ran;
pub use root::TestRoot;
pub use stub::{build_stub, release_program, stub, target};

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

/// The store path that was made of a Debian package.
pub fn store_path(package: &str) -> PathBuf {
    path_in("packages", package)
}

/// The same of a package that most tests do without.
pub fn store_path_of_programs(package: &str) -> PathBuf {
    path_in("of-programs", package)
}

fn path_in(links: &str, package: &str) -> PathBuf {
    let link = target().join("store").join(links).join(package);
    match link.canonicalize() {
        Ok(path) => path,
        Err(error) => panic!("{}: {error}; run `cargo xtask fetch` first", link.display()),
    }
}
